"""The firm file (一企一档): identity, places, contacts, yearly figures, certificates, intellectual property."""
