package org.penstock.daemon.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * JSON bodies of requests and answers: {@code snake_case} keys, UTF-8. A body that has a key twice, goes deeper than {@value #MAX_DEPTH} levels or
 * goes on behind its end is refused.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Json {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NAME_CHARS = 4096;
    private static final int MAX_NUMBER_CHARS = 100;
    private static final String MEDIA_TYPE = "application/json";

    private static final ObjectMapper MAPPER = mapper();

    private Json() {}

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxNameLength(MAX_NAME_CHARS)
                        .maxNumberLength(MAX_NUMBER_CHARS)
                        .build());
        return mapper;
    }

    /**
     * Returns the body of a request.
     *
     * @throws HttpProblem 415 when it is not called JSON, 413 when it is too long, 400 when it is none
     */
    public static JsonNode read(ServerRequest request) {
        String type = request.headers().contentType().map(Object::toString).orElse("none");
        if (!type.equals(MEDIA_TYPE) && !type.startsWith(MEDIA_TYPE + ";")) {
            throw new HttpProblem(
                    Status.UNSUPPORTED_MEDIA_TYPE_415,
                    "media_type",
                    "body not read: expected=Content-Type: " + MEDIA_TYPE + ", actual=" + type);
        }
        byte[] body = request.content().hasEntity() ? request.content().as(byte[].class) : new byte[0];
        BodyLimit.checkRead(request, body.length);
        return parse(body);
    }

    /**
     * Returns the JSON that these bytes are.
     *
     * @throws HttpProblem 400 when they are none
     */
    public static JsonNode parse(byte[] body) {
        try {
            JsonNode node = MAPPER.readTree(body);
            if (node == null || node.isMissingNode()) {
                throw new HttpProblem(Status.BAD_REQUEST_400, "json", "body is empty: expected=a JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new HttpProblem(
                    Status.BAD_REQUEST_400,
                    "json",
                    "body is not JSON: " + place(e.getLocation()) + "reason=" + e.getOriginalMessage());
        } catch (IOException e) {
            // bytes that look like another encoding than UTF-8, and are none
            throw new HttpProblem(
                    Status.BAD_REQUEST_400, "json", "body is not JSON: expected=UTF-8, reason=" + e.getMessage());
        }
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null ? "" : "line=" + location.getLineNr() + ", column=" + location.getColumnNr() + ", ";
    }

    /** Answers with JSON. */
    public static void send(ServerResponse response, Status status, Object body) {
        send(response, status, MEDIA_TYPE, body);
    }

    static void send(ServerResponse response, Status status, String mediaType, Object body) {
        send(response.status(status), mediaType, bytes(body));
    }

    private static void send(ServerResponse response, String mediaType, byte[] body) {
        response.header(HeaderNames.CONTENT_TYPE, mediaType);
        SlowPeers.write(() -> response.send(body));
    }

    /** Returns a value as JSON. */
    public static byte[] bytes(Object body) {
        try {
            return MAPPER.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON form: " + body.getClass(), e);
        }
    }
}
