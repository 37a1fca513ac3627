package org.penstock.daemon.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.OpenStream;

/** Requests as they are on the wire, with some keys changed. */
final class Requests {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Requests() {}

    /** Returns the request with other values of these keys, named as on the wire. */
    static OpenStream with(OpenStream request, Map<String, ?> keys) {
        return JsonBody.readStrict(text(request, keys).getBytes(StandardCharsets.UTF_8), OpenStream.class);
    }

    /** Returns the request's text; its keys may be what no request has. */
    static String text(OpenStream request, Map<String, ?> keys) {
        try {
            ObjectNode tree = (ObjectNode) JSON.readTree(JsonBody.text(request));
            keys.forEach((key, value) -> tree.set(key, JSON.valueToTree(value)));
            return tree.toString();
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
