"""OpenAI's chat about pictures: read by our pipelines, or by a vision model where the service has one."""
