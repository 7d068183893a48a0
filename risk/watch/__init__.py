"""Watch a scorecard in use: drift, calibration, fairness, overrides, its challenger."""
