"""What ministack checks otherwise than AWS does where it enforces policies (AUTH=true), set right.

- Connections count as TLS: on the loopback address they are none, and TLS-only policies would refuse all.
- Some calls of Lambda are checked under other names, or not at all.
- `lambda:FunctionArn` is known, to the calls that have it.
- What a call is about is found where ministack does not look: in the body of CreateFunction, in the ARN that tags are of.
- Who may not list a bucket is not told that an object is not there, but that this may not be told.
- A mapping between a queue and a function is only made where the function's role may do what Lambda does with the queue.
- What passes a role to a function needs iam:PassRole, and what makes something with tags the right to tag it.

AWS: Service Authorization Reference, "Actions, resources, and condition keys for AWS Lambda" and those of the others.
"""

import contextvars
import json
import re

from ministack.core import iam_actions, iam_evaluator

LAMBDA_PATHS = [
    ("GET", r"/account-settings/?$", "GetAccountSettings"),
    ("GET", r"/functions/[^/]+/recursion-config$", "GetFunctionRecursionConfig"),
    ("PUT", r"/functions/[^/]+/recursion-config$", "PutFunctionRecursionConfig"),
    ("GET", r"/event-source-mappings/[^/]+$", "GetEventSourceMapping"),
    ("PUT", r"/event-source-mappings/[^/]+$", "UpdateEventSourceMapping"),
    ("DELETE", r"/event-source-mappings/[^/]+$", "DeleteEventSourceMapping"),
]
WITH_FUNCTION_ARN = ("Create", "Get", "Update", "Delete")
OF_MAPPING = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
TAGGING = {
    "s3:CreateBucket": "s3:TagResource",
    "sqs:CreateQueue": "sqs:TagQueue",
    "dynamodb:CreateTable": "dynamodb:TagResource",
    "iam:CreateRole": "iam:TagRole",
    "logs:CreateLogGroup": "logs:TagResource",
    "lambda:CreateFunction": "lambda:TagResource",
    "sns:CreateTopic": "sns:TagResource",
    "cloudwatch:PutMetricAlarm": "cloudwatch:TagResource",
}
# In JSON, XML, or a form.
SETS_TAGS = re.compile(
    rb'"tags":\s*\{\s*"|"tags":\s*\[\s*\{|<Tags?>\s*<|(?:^|&)Tags\.member\.1\.', re.IGNORECASE
)

request = contextvars.ContextVar("request", default=("", "", b""))
refused = contextvars.ContextVar("refused", default=None)


def correct(app) -> None:
    """Puts the corrections in place, before the first request."""
    origin = contextvars.ContextVar("origin", default=("127.0.0.1", True))
    iam_evaluator._request_origin = origin
    app.pin_request_origin = lambda address, secure: origin.set((address, True))

    of_lambda = iam_actions._lambda_action
    extract = iam_actions.extract_iam_action
    enforce = iam_evaluator.enforce
    answer = iam_actions.access_denied_response
    arn_of = iam_actions.extract_resource_arn

    def lambda_action(method, path):
        known = (action for its, pattern, action in LAMBDA_PATHS if its == method and re.search(pattern, path))
        return next(known, None) or of_lambda(method, path)

    def extract_iam_action(service, method, path, headers, body, query_params):
        request.set((method, path, body))
        refused.set(None)
        return extract(service, method, path, headers, body, query_params)

    def extract_resource_arn(service, method, path, headers, body, query_params, region, account_id):
        arn = arn_of(service, method, path, headers, body, query_params, region, account_id)
        return named_in(service, method, path, body, query_params, region, account_id) or arn if arn == "*" else arn

    def enforce_all(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        _, path, body = request.get()
        context = dict(service_context or {})
        name = iam_action.partition(":")[2]
        if service == "lambda" and name.endswith("EventSourceMapping") and name.startswith(WITH_FUNCTION_ARN):
            context["lambda:FunctionArn"] = function_of(name, path, body, region)
        denied = enforce(access_key_id, iam_action, service, region, resource_arn, context)
        if denied:
            return denied
        for action, arn, more in besides(service, iam_action, body, resource_arn):
            denied = enforce(access_key_id, action, action.partition(":")[0], region, arn, more)
            if denied:
                refused.set(action)
                return denied
        return None

    def access_denied_response(service, action, *rest, **named):
        return answer(service, refused.get() or action, *rest, **named)

    iam_actions._lambda_action = lambda_action
    iam_actions.extract_resource_arn = extract_resource_arn
    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.access_denied_response = access_denied_response
    iam_evaluator.enforce = enforce_all
    check_mappings()


def check_mappings() -> None:
    from ministack.core.responses import error_response_json
    from ministack.services import lambda_svc

    create = lambda_svc._create_esm

    def create_allowed(data):
        lacking = lacking_for_mapping(data)
        if lacking is None:
            return create(data)
        message = f"The function execution role does not have permissions to call {lacking} on SQS"
        return error_response_json("InvalidParameterValueException", message, 400)

    lambda_svc._create_esm = create_allowed


def lacking_for_mapping(data: dict):
    """What the role of a function may not do that Lambda does with a queue; None: it may do all."""
    import os

    from ministack.core.responses import get_account_id
    from ministack.services import lambda_svc

    source = data.get("EventSourceArn", "")
    name = data.get("FunctionName", "").rpartition(":")[2]
    function = lambda_svc._functions.get(name)
    if os.environ.get("AUTH", "").lower() != "true" or ":sqs:" not in source or function is None:
        return None
    role, account = function["config"]["Role"], get_account_id()
    policies = iam_evaluator._gather_role_policies(role.rpartition("/")[2], account)
    for action in OF_MAPPING:
        asked = iam_evaluator.EvalContext(role, "AssumedRole", account, f"sqs:{action}", source, source.split(":")[3])
        if iam_evaluator.evaluate(asked, policies).decision != "Allow":
            return action
    return None


def named_in(service: str, method: str, path: str, body: bytes, query_params: dict, region: str, account: str):
    """ARN of what a call is about, where ministack finds none."""
    if service == "lambda" and method == "POST" and path.rstrip("/").endswith("/functions"):
        name = json.loads(body or b"{}").get("FunctionName")
        return name and f"arn:aws:lambda:{region}:{account}:function:{name}"
    if service == "sns":
        found = query_params.get("ResourceArn")
        return found[0] if isinstance(found, list) else found
    if service in ("dynamodb", "monitoring"):
        content = json.loads(body or b"{}")
        for alarm in content.get("AlarmNames", []):
            return f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm}"
        return content.get("ResourceArn") or content.get("ResourceARN")
    return None


def function_of(name: str, path: str, body: bytes, region: str) -> str:
    """ARN of the function that a mapping is of."""
    from ministack.core.responses import get_account_id
    from ministack.services import lambda_svc

    if name.startswith("Create"):
        function = json.loads(body or b"{}").get("FunctionName", "")
        return function if ":" in function else f"arn:aws:lambda:{region}:{get_account_id()}:function:{function}"
    mapping = lambda_svc._esms.get(path.rstrip("/").rpartition("/")[2]) or {}
    return mapping.get("FunctionArn", "")


def is_absent(arn: str) -> bool:
    from ministack.services import s3

    bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
    held = s3._buckets.get(bucket)
    return held is not None and key not in held["objects"]


def besides(service: str, iam_action: str, body: bytes, resource_arn: str):
    """What a call needs besides its own action: (action, ARN, condition keys)."""
    if iam_action in ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"):
        role = json.loads(body or b"{}").get("Role")
        if role:
            yield "iam:PassRole", role, {"iam:PassedToService": "lambda.amazonaws.com"}
    if iam_action == "s3:GetObject" and is_absent(resource_arn):
        yield "s3:ListBucket", resource_arn.partition("/")[0], {}
    if iam_action in TAGGING and SETS_TAGS.search(body):
        yield TAGGING[iam_action], resource_arn, {}
