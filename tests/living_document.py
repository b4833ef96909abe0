"""A document with one lifecycle that has nearly everything: what tests of `diff` change a little."""

from __future__ import annotations

from typing import Any

import yaml

BASE: dict[str, Any] = yaml.safe_load("""
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    get:
      operationId: listJobs
      parameters:
        - {name: page, in: query, schema: {type: integer}}
        - {name: start, in: query, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: size, in: query, schema: {type: integer}}
        - {name: status, in: query, schema: {type: string}}
        - {name: name, in: query, schema: {type: string}}
        - {name: sort, in: query, schema: {type: string}}
      responses: {'200': {description: All, content: {application/json: {schema: {type: array}}}}}
    post:
      operationId: createJob
      parameters:
        - {name: Idempotency-Key, in: header, schema: {type: string}}
        - {name: Other-Key, in: header, schema: {type: string}}
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '201': {description: Made, content: {application/json: {schema: {type: object}}}}
        '202': {description: Begun}
        '409': {description: Refused}
  /jobs/{jobId}:
    parameters: [{name: jobId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getJob
      responses:
        '200': {description: It, content: {application/json: {schema: {type: object}}}}
        '404': {description: Unknown}
        '410': {description: Gone}
    patch:
      operationId: updateJob
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '200': {description: It, content: {application/json: {schema: {type: object}}}}
        '400': {description: Refused}
        '409': {description: Refused}
  /jobs/{jobId}/log:
    parameters: [{name: jobId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getJobLog
      responses:
        '200': {description: It, content: {application/json: {schema: {type: object}}}}
        '409': {description: Refused}
  /jobs/{jobId}/events:
    parameters: [{name: jobId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: listEvents
      responses: {'200': {description: All, content: {application/json: {schema: {type: array}}}}}
  /jobs/{jobId}/cancel:
    parameters: [{name: jobId, in: path, required: true, schema: {type: string}}]
    post:
      operationId: cancelJob
      responses:
        '200': {description: It, content: {application/json: {schema: {type: object}}}}
        '204': {description: Done}
        '400': {description: Refused}
        '409': {description: Refused}
  /cancellations:
    post:
      operationId: cancelJobs
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: Done}}
  /reports/{reportId}:
    parameters: [{name: reportId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getReport
      responses: {'200': {description: It, content: {application/json: {schema: {type: object}}}}}
x-api-conventions:
  jobs:
    paths: [/jobs]
    answers: {malformedBody: {status: 400, body: {error: Bad}}}
x-resource-lifecycles:
  Job:
    identity: {param: jobId, field: /id, generate: $random.uuid}
    initially:
      id: $id
      code: a
      name: $request.body#/name
      note: none
      status: $state
      made: null
      changed: null
      events: []
      lines: []
    hidden: [/note]
    views: {brief: {only: [/id]}, full: {omit: [/code]}}
    timestamps: {created: /made}
    history: {field: /events, entry: {state: $state}}
    etag: {}
    unique: [{fields: [/name], while: [queued, running]}]
    state:
      field: /status
      initial: queued
      states:
        queued: {category: pending}
        running: {category: active, set: {/code: b}}
        held: {category: resting}
        done: {category: final, outcome: success}
        stopped: {category: final, outcome: cancelled}
    transitions:
      - {name: start, from: queued, to: running, after: {duration: PT5S}}
      - {name: finish, from: running, to: done, after: {duration: PT10S}}
      - {name: expire, from: done, to: $removed, after: {duration: PT1H}}
      - {name: cancel, from: [queued, running], to: stopped, trigger: [cancelJob, cancelJobs]}
      - {name: hold, from: queued, to: held, trigger: updateJob, when: {$request.body#/hold: true}}
      - {name: ruin, from: held, to: stopped, trigger: $external}
    operations:
      listJobs:
        role: list
        order: -created
        paging: {style: page, page: page, size: limit, default: 20, min: 1, max: 100}
        sort: {param: sort, fields: {name: /name, code: /code}}
        filters: {status: /status, name: {field: /name, match: prefix}}
      createJob:
        role: create
        roles: [user, admin]
        idempotency: {header: Idempotency-Key}
        success: {status: 201, headers: {Location: '/jobs/{$id}'}}
      getJob: {role: get}
      getJobLog:
        role: get
        available: {in: [running, done], otherwise: {status: 409, body: {error: Wait.}}}
        success: {body: {lines: $resource#/lines}}
      listEvents: {role: parts, of: /events}
      updateJob:
        role: update
        change: {/name: $request.body#/name}
      cancelJob:
        role: trigger
        success: {status: 200}
        otherwise:
          - {in: held, effect: none, status: 200}
          - {effect: refused, status: 409, body: {error: No.}}
      cancelJobs: {role: batch, ids: $request.body#/ids}
    answers: {notFound: {status: 404, body: {error: None}}}
  Report:
    identity: {param: reportId, field: /id, generate: $random.uuid}
    parents: {job: {resource: Job, field: /job}}
    initially: {id: $id, job: null}
    operations: {getReport: {role: get}}
""")
