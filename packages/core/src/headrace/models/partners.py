"""Which features a transform may combine with which; light, so that it is known before any data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.errors import RequestError
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from headrace.models.preparation import Chain

__all__ = ["partner_faults"]


def partner_faults(chains: Sequence[Chain], features: Collection[str]) -> list[RequestError]:
    """Return what is wrong with the partners that chains name.

    Parameters
    ----------
    chains : sequence of Chain
        Of the features that have one; what is wrong with others is said elsewhere.
    features : collection of str
        Of the params.
    """
    by_feature = {chain.feature: chain for chain in chains}
    faults = []
    for chain in chains:
        where = f"transforms.{chain.feature}.{chain.names[-1]}" if chain.names else ""
        if chain.partners:
            faults += [RequestError(what, where, fix) for what, fix in _own_faults(chain)]
        for partner in chain.partners:
            if partner not in features:
                faults.append(
                    RequestError(
                        f"'{chain.feature}' is combined with '{partner}', which is not one of the "
                        "features",
                        where,
                        suggestion(partner, features) or f"add '{partner}' to the features",
                    )
                )
            elif partner in by_feature:
                found = _pair_faults(chain, by_feature[partner])
                faults += [RequestError(what, where, fix) for what, fix in found]
    return faults


def _own_faults(chain: Chain) -> Iterator[tuple[str, str]]:
    for why, fix in _unfit(chain):
        yield f"'{chain.feature}' {why}, so it cannot be combined with others", fix


def _pair_faults(chain: Chain, partner: Chain) -> Iterator[tuple[str, str]]:
    if chain.feature == partner.feature:
        yield (
            f"'{chain.feature}' is combined with itself",
            "name another feature; powers are what polynomial makes, which comes with linreg",
        )
        return
    for why, fix in _unfit(partner):
        yield f"'{chain.feature}' is combined with '{partner.feature}', which {why}", fix
    if chain.feature in partner.partners and chain.feature < partner.feature:
        yield (
            (
                f"'{chain.feature}' and '{partner.feature}' are each combined with the other, "
                "which gives every product twice"
            ),
            "name it in one of the two lists only",
        )


def _unfit(chain: Chain) -> Iterator[tuple[str, str]]:
    """Yield why a chain's columns are no quantities, if they are not, and what to do."""
    own = [transform for transform in chain.transforms if not transform.partners]
    if chain.is_dropped:
        yield "is dropped", "take drop from it, or leave it out of the list"
    elif own and own[-1].yields_codes:
        yield "comes out as codes of categories", "make it indicators, as one_hot does"
