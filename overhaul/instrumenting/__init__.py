"""Measurements that are put into code and taken out again, byte for byte."""
