"""Hypothesis strategies for topics and filters, made so that they often meet."""

from hypothesis import strategies as st

LEVELS = st.sampled_from(["", "a", "b", "home", "$SYS", "ä b", "x.y*", "\n", "a|b", "(", "🍲"]) | st.text(
    st.characters(blacklist_characters="/+#\0", blacklist_categories=["Cs"]), max_size=4
)
TOPICS = st.lists(LEVELS, min_size=1, max_size=5).map("/".join).filter(bool)


@st.composite
def filters(draw):
    """Valid filters: levels, whole-level +, a trailing #."""
    levels = draw(st.lists(LEVELS | st.just("+"), min_size=1, max_size=5))
    if draw(st.booleans()):
        levels[-1] = "#"
    return "/".join(levels) or "+"
