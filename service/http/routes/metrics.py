"""`GET /metrics`."""

from fastapi import APIRouter, Request, Response

from service.http.admin import Administrator
from service.http.problems import problem_responses
from service.http.state import MetricsState

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="Get metrics for Prometheus",
    dependencies=[Administrator],
    response_class=Response,
    responses={
        200: {
            "description": "Metrics in Prometheus's text format, or OpenMetrics if `Accept` prefers it.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problem_responses(401, 403),
    },
)
def metrics(request: Request, metrics: MetricsState) -> Response:
    """Return latencies by route and step, errors, answers by status and confidence, queues, documents, the process."""
    content, media_type = metrics.exposition(request.headers.get("accept", ""))
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})
