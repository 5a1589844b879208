"""Makes this folder importable for the tests below it (`fake_desk`)."""
