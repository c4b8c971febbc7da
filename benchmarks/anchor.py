"""The anchor: a bare Flask route that returns ready bytes, given to it by POST /body."""

from flask import Flask, request

app = Flask(__name__)
body = b""


@app.post("/body")
def take() -> str:
    global body
    body = request.get_data()
    return ""


@app.get("/")
def give() -> bytes:
    return body
