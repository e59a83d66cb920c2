"""Who was given less is next; what was left to others comes back, up to a credit."""

from hypothesis import given
from hypothesis import strategies as st

from kubeocr_runtime import tenants


def test_who_comes_new_has_all_the_credit_and_no_more() -> None:
    known = tenants.Tenants()
    known.enter("busy")
    known.charge("busy", 10 * tenants.CREDIT)
    known.enter("new")
    assert known.given("busy") - known.given("new") == tenants.CREDIT


def test_who_leaves_for_a_moment_comes_back_with_what_they_were_given() -> None:
    known = tenants.Tenants()
    for name in ("a", "b"):
        known.enter(name)
    known.charge("a", 1000)
    known.leave("a")
    known.enter("a")
    assert known.given("a") - known.given("b") == 1000


def test_who_is_gone_for_long_is_forgotten() -> None:
    known = tenants.Tenants()
    known.enter("busy")
    for number in range(1000):
        known.enter(f"guest {number}")
        known.charge("busy", tenants.CREDIT)
        known.charge("busy", tenants.CREDIT)
        known.charge("busy", tenants.CREDIT)
        known.leave(f"guest {number}")
    assert len(vars(known)["_given"]) < 10


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 1_000_000)), min_size=1, max_size=200))
def test_those_with_always_something_to_do_are_given_the_same(wishes: list[tuple[str, int]]) -> None:
    known = tenants.Tenants()
    for name in "abc":
        known.enter(name)
    for _, pixels in wishes:
        known.charge(min("abc", key=known.given), pixels)
    amounts = [known.given(name) for name in "abc"]
    assert max(amounts) - min(amounts) <= max(pixels for _, pixels in wishes)
