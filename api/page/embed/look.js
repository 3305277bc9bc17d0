// @ts-check
// How an embedded chart looks; the page around it may set the custom properties.

export const look = new CSSStyleSheet();
look.replaceSync(`
:host { display: block; min-width: 160px;
  --ink: var(--hearth-ink, light-dark(#1b1a17, #eeebe5)); --ink2: var(--hearth-ink-soft, light-dark(#504c45, #b9b3a8));
  --rule: var(--hearth-rule, light-dark(#e3e0d8, #2e2c28)); --ground: var(--hearth-ground, transparent);
  --s0: var(--hearth-1, light-dark(#11509c, #3693d6)); --s1: var(--hearth-2, light-dark(#c85409, #da793b));
  --s2: var(--hearth-3, light-dark(#008162, #34c399)); --s3: var(--hearth-4, light-dark(#a74b8b, #de8ec4));
  --s4: var(--hearth-5, light-dark(#624300, #e1be4b)); --s5: var(--hearth-6, light-dark(#413f39, #dcd7d0));
  color: var(--ink); background: var(--ground); font: 13px/1.4 var(--hearth-font, system-ui, sans-serif); font-variant-numeric: tabular-nums; }
figure, p, ul { margin: 0; padding: 0; }
figure { position: relative; overflow: hidden; }
.note { padding: 4px 8px; border-left: 3px solid var(--hearth-warn, light-dark(#8a5a00, #e0a83c)); }
.quiet { border-color: transparent; color: var(--ink2); }
.names { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; }
.names b { font-weight: 600; }
.names i { font-style: normal; color: var(--ink2); }
.names span { display: inline-block; width: 12px; height: 3px; margin-right: 6px; vertical-align: middle; background: var(--c); }
svg { display: block; margin: 2px 0 8px; }
text { fill: var(--ink2); font-size: 11px; }
.grid { stroke: var(--rule); fill: none; }
.line { fill: none; stroke: var(--c); stroke-width: 1.5; stroke-linejoin: round; stroke-linecap: round; }
.mark { fill: var(--c); }
.c0 { --c: var(--s0); } .c1 { --c: var(--s1); } .c2 { --c: var(--s2); } .c3 { --c: var(--s3); } .c4 { --c: var(--s4); } .c5 { --c: var(--s5); }
.t-device { stroke: var(--ink2); } .t-broker { stroke: light-dark(#11509c, #6db1ec); stroke-width: 1.2; }
.t-sink { stroke: light-dark(#b3441a, #f08450); } .t-unknown { fill: var(--rule); }
table { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (forced-colors: active) { .line { stroke: CanvasText; } .mark { fill: CanvasText; } .t-device, .t-broker, .t-sink { stroke: CanvasText; } }
`);
