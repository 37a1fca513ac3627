package org.penstock.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import org.penstock.daemon.fuzz.AllocationLimit;
import org.penstock.daemon.http.HttpProblem;
import org.penstock.daemon.http.Json;

/** Any bytes as the body of {@code POST /api/scans}: it is read, or refused by name; nothing else, and memory stays in proportion. */
final class RequestFuzzTest {
    private static final long ALLOCATED_BYTES = 4 << 20;
    private static final long ALLOCATED_PER_BYTE = 6000;
    private static final int BAD_REQUEST = 400;
    private static final int UNPROCESSABLE = 422;

    @FuzzTest(maxDuration = "20s")
    void create(byte[] body) {
        AllocationLimit.check(ALLOCATED_BYTES + ALLOCATED_PER_BYTE * body.length, () -> read(body));
    }

    private static void read(byte[] body) {
        try {
            JsonNode json = Json.parse(body);
            CreateRequest request = CreateRequest.of(json);
            assertThat(request.plan().detectors()).doesNotContainNull();
        } catch (HttpProblem problem) {
            assertThat(problem.status().code()).isIn(BAD_REQUEST, UNPROCESSABLE);
        }
    }
}
