"""The law and the policy as pure functions over plain values: no framework, no clock, no input or output."""
