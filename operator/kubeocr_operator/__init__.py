"""The operator: OCRServices in, Deployments and what belongs to them out."""
