"""A made-up Dutch, Romanian and English web shop with a year of customer service, for demonstrations and tests."""

from servicemeter.sources.demo.delivery import DemoDelivery, make_demo, write_demo
from servicemeter.sources.demo.truth import Truth, truth_of

__all__ = ["DemoDelivery", "Truth", "make_demo", "truth_of", "write_demo"]
