"""What Kubernetes takes as the key and as the value of a label, and as one part of a DNS name.

Source: "Labels and Selectors: syntax and character set" and "Object Names and IDs" of the Kubernetes documentation.
"""

DNS_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
LABEL_KEY = rf"({DNS_LABEL}(\.{DNS_LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?"
LABEL_VALUE = r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
MAX_LABEL_VALUE = 63
MAX_LABEL_PREFIX = 253
