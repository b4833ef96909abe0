"""The shop that the tests of faults, base paths and origins play."""

from __future__ import annotations

from pathlib import Path

SHOP = """
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://api.shop.example/v1'}, {url: 'https://api.shop.example/test'}]
security: [{bearer: []}, {key: []}, {inQuery: []}]
paths:
  /orders:
    servers: [{url: 'https://orders.shop.example'}]
    get:
      operationId: listOrders
      responses:
        '200': {description: All, content: {application/json: {schema: {type: array, items: {type: object}}}}}
        '503':
          description: Busy
          headers: {Retry-After: {schema: {type: integer}, example: 30}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
        '404': {description: No, content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
    post:
      operationId: createOrder
      servers: [{url: 'https://write.shop.example'}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '201':
          description: Made
          headers: {Location: {schema: {type: string}}}
          content: {application/json: {schema: {type: object}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getOrder
      responses:
        '200': {description: One, content: {application/json: {schema: {type: object}}}}
        '404': {description: None}
  /health:
    get:
      operationId: health
      security: []
      responses: {'204': {description: Well}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    key: {type: apiKey, in: header, name: X-Shop-Key}
    inQuery: {type: apiKey, in: query, name: api_key}
  schemas:
    Error:
      type: object
      required: [code, message]
      properties: {code: {type: string}, message: {type: string}}
x-resource-lifecycles:
  Order:
    identity: {field: /id, generate: $random.uuid, param: id}
    initially: {id: $id, note: $request.body#/note}
    operations:
      listOrders: {role: list}
      createOrder: {role: create, success: {status: 201, headers: {Location: '/orders/{$id}'}}}
      getOrder: {role: get}
"""


def shop(folder: Path) -> Path:
    """Write the shop into `folder`, and return the file."""
    file = folder / "shop.yaml"
    file.write_text(SHOP, "utf-8")
    return file
