"""Corrects the policy checks of ministack (AUTH=true) where they differ from those of AWS.

- Connections count as TLS. On the loopback address they do not use it, and TLS-only policies would deny all calls.
- Some Lambda calls are checked with their correct action names. ministack uses other names or does not check them.
- The calls that have the condition key `lambda:FunctionArn` get it.
- The resource of a call is also found in the body of CreateFunction and in the ARN of a tagged resource.
- GetObject of a missing object is denied to callers without s3:ListBucket, who must not learn that it does not exist.
- An event source mapping is created only if the function's role has Lambda's permissions for the queue.
- A call that passes a role to a function needs iam:PassRole. A call that creates a resource with tags needs the
  permission to tag it.

AWS: Service Authorization Reference, "Actions, resources, and condition keys for AWS Lambda" and for other services.
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
MAPPING_ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
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
# Matches tags in JSON, XML or a form.
SETS_TAGS = re.compile(
    rb'"tags":\s*\{\s*"|"tags":\s*\[\s*\{|<Tags?>\s*<|(?:^|&)Tags\.member\.1\.', re.IGNORECASE
)

request = contextvars.ContextVar("request", default=("", "", b""))
refused = contextvars.ContextVar("refused", default=None)


def correct(app) -> None:
    """Applies the corrections. Call it before the first request."""
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
        for action, arn, more in additional_actions(service, iam_action, body, resource_arn):
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
        missing = missing_mapping_action(data)
        if missing is None:
            return create(data)
        message = f"The function execution role does not have permissions to call {missing} on SQS"
        return error_response_json("InvalidParameterValueException", message, 400)

    lambda_svc._create_esm = create_allowed


def missing_mapping_action(data: dict):
    """Returns the first action on the queue that the function's role lacks, or None."""
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
    for action in MAPPING_ACTIONS:
        asked = iam_evaluator.EvalContext(role, "AssumedRole", account, f"sqs:{action}", source, source.split(":")[3])
        if iam_evaluator.evaluate(asked, policies).decision != "Allow":
            return action
    return None


def named_in(service: str, method: str, path: str, body: bytes, query_params: dict, region: str, account: str):
    """Returns the ARN of a call's resource if ministack finds none."""
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
    """Returns the ARN of a mapping's function."""
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


def additional_actions(service: str, iam_action: str, body: bytes, resource_arn: str):
    """Yields what a call needs in addition to its own action: (action, ARN, condition keys)."""
    if iam_action in ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"):
        role = json.loads(body or b"{}").get("Role")
        if role:
            yield "iam:PassRole", role, {"iam:PassedToService": "lambda.amazonaws.com"}
    if iam_action == "s3:GetObject" and is_absent(resource_arn):
        yield "s3:ListBucket", resource_arn.partition("/")[0], {}
    if iam_action in TAGGING and SETS_TAGS.search(body):
        yield TAGGING[iam_action], resource_arn, {}
