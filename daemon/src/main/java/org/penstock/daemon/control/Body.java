package org.penstock.daemon.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.http.HttpProblem;

/**
 * One object of a request's body, read key by key. What is wrong with any of them, and keys that nobody asked for, is collected and refused at once.
 *
 * <p><b>Threading:</b> confined to its request.
 */
final class Body {
    private static final int MOST_SHOWN = 80;

    private final JsonNode node;
    private final String pointer;
    private final List<HttpProblem.Field> problems;
    private final Set<String> known = new HashSet<>();

    private Body(JsonNode node, String pointer, List<HttpProblem.Field> problems) {
        this.node = node;
        this.pointer = pointer;
        this.problems = problems;
        if (!node.isObject()) {
            problem("", "an object", node);
        }
    }

    static Body of(JsonNode node) {
        return new Body(node, "", new ArrayList<>());
    }

    @Nullable String text(String key) {
        JsonNode value = value(key, JsonNode::isTextual, "text");
        return value == null ? null : value.textValue();
    }

    @Nullable Boolean flag(String key) {
        JsonNode value = value(key, JsonNode::isBoolean, "true or false");
        return value == null ? null : value.booleanValue();
    }

    @Nullable Long count(String key, long least, long most) {
        JsonNode value = value(
                key,
                json -> json.isIntegralNumber()
                        && json.canConvertToLong()
                        && json.longValue() >= least
                        && json.longValue() <= most,
                "a whole number, " + least + " to " + most);
        return value == null ? null : value.longValue();
    }

    @Nullable Double seconds(String key, double least, double most) {
        JsonNode value = value(
                key,
                json -> json.isNumber() && json.doubleValue() >= least && json.doubleValue() <= most,
                "seconds, " + least + " to " + most);
        return value == null ? null : value.doubleValue();
    }

    /** Returns the objects of a list; none when it is not there. */
    List<Body> list(String key) {
        JsonNode value = value(key, JsonNode::isArray, "a list");
        List<Body> items = new ArrayList<>();
        if (value != null) {
            for (int i = 0; i < value.size(); i++) {
                items.add(new Body(value.get(i), pointer + "/" + key + "/" + i, problems));
            }
        }
        return items;
    }

    /** Returns what others read. */
    JsonNode whole(String key) {
        known.add(key);
        return node.path(key);
    }

    boolean has(String key) {
        return node.hasNonNull(key);
    }

    void problem(String key, String expected, JsonNode actual) {
        String text = actual instanceof MissingNode ? "nothing" : actual.toString();
        String shown = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text;
        problems.add(new HttpProblem.Field(
                key.isEmpty() ? pointer : pointer + "/" + key, "expected=" + expected + ", actual=" + shown));
    }

    void required(String key) {
        if (!has(key) && node.isObject()) {
            problem(key, "a value", node.path(key));
        }
    }

    /** Finds keys that were not asked for. */
    void expectNoOther() {
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                problems.add(new HttpProblem.Field(
                        pointer + "/" + key.replace("~", "~0").replace("/", "~1"),
                        "unknown key: expected=one of "
                                + String.join(" ", known.stream().sorted().toList())));
            }
        });
    }

    /** Throws when anything was found. */
    void refuseProblems() {
        if (!problems.isEmpty()) {
            throw new HttpProblem(
                    HttpProblem.UNPROCESSABLE_CONTENT_422,
                    "bad_value",
                    "request refused: problems=" + problems.size(),
                    problems);
        }
    }

    private @Nullable JsonNode value(String key, Predicate<JsonNode> isGood, String expected) {
        known.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!isGood.test(value)) {
            problem(key, expected, value);
            return null;
        }
        return value;
    }
}
