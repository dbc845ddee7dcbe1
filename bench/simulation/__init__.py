"""The app in virtual time: the real core, under the rules of the host and the quota of a model service."""
