"""Whether curves and calibration hold on loans that are nothing like a bank account."""
