"""Other people's language models, over the API that OpenAI, Ollama and most servers speak. The routes that need one come here.

https://github.com/ollama/ollama/blob/main/docs/openai.md, https://platform.openai.com/docs/api-reference/chat
"""
