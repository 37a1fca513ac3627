package org.penstock.daemon.http;

import io.helidon.http.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request that is answered with an error: RFC 9457, {@code application/problem+json}.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class HttpProblem extends RuntimeException {
    /** The body is JSON, and its values are not what they have to be. */
    public static final Status UNPROCESSABLE_CONTENT_422 = Status.create(422, "Unprocessable Content");

    /** Of every error's body. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final long serialVersionUID = 1L;

    private final transient Status status;
    private final String code;
    private final transient List<Field> fields;

    /**
     * What is wrong with one value.
     *
     * @param pointer where it is in the body, a JSON pointer (RFC 6901); "" is the body itself
     * @param detail what was expected, and what came
     */
    public record Field(String pointer, String detail) {}

    /**
     * An error about the request as a whole.
     *
     * @param code one word for programs, the end of the problem's {@code type}
     * @param detail what failed, and what to do, for people
     */
    public HttpProblem(Status status, String code, String detail) {
        this(status, code, detail, List.of());
    }

    /** An error about values in the body. */
    public HttpProblem(Status status, String code, String detail, List<Field> fields) {
        super(detail);
        this.status = status;
        this.code = code;
        this.fields = List.copyOf(fields);
    }

    /** Returns the status of the answer. */
    public Status status() {
        return status;
    }

    /** Returns the one word for programs. */
    public String code() {
        return code;
    }

    Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "urn:penstock:" + code);
        body.put("title", status.reasonPhrase());
        body.put("status", status.code());
        body.put("detail", String.valueOf(getMessage()));
        if (!fields.isEmpty()) {
            body.put("errors", fields);
        }
        return body;
    }
}
