"""One Inception-I3D for all tests of it: building it takes longer than most of them."""

import pytest

from tests.features.networks import realistic


@pytest.fixture(scope="session")
def network():
    """Random weights; not to be changed."""
    return realistic()
