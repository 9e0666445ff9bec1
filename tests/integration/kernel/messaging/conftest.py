"""Failures of the port's suite are explained like those of the tests themselves."""

import pytest

pytest.register_assert_rewrite("kernel.testing.suite_log")
