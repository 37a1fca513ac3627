package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads values and groups of them. A number, a text, true, false or a list is a value; an object with {@code value} is a value with {@code units}; any
 * other object is a group, which may say its {@code NX_class}.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
record NodeReader(Problems problems) {
    private static final String NX_CLASS = "NX_class";
    private static final String VALUE = "value";
    private static final Pattern CLASS_NAME = Pattern.compile("NX[a-z][a-z_0-9]{0,60}");
    private static final Set<String> VALUE_KEYS = Set.of(VALUE, "units");
    private static final BigInteger UNSIGNED_END = BigInteger.ONE.shiftLeft(64);

    /** Reads a group. */
    Fields fields(@Nullable JsonNode node, String pointer, Set<String> taken) {
        return node == null ? Fields.NONE : fields(node, pointer, taken, 1);
    }

    private Fields fields(JsonNode node, String pointer, Set<String> taken, int depth) {
        if (depth > Limits.DEPTH) {
            problems.add(pointer, "groups at most " + Limits.DEPTH + " deep", "deeper");
            return Fields.NONE;
        }
        String nexusClass = nexusClass(node, pointer);
        Map<String, Node> nodes =
                JsonObject.named(node, pointer, problems, Set.of(NX_CLASS), (child, at) -> node(child, at, depth));
        for (String name : nodes.keySet()) {
            if (taken.contains(name)) {
                problems.add(
                        JsonObject.below(pointer, name), "another name: the layout has this one", "\"" + name + "\"");
            }
        }
        return new Fields(nexusClass, nodes);
    }

    private @Nullable String nexusClass(JsonNode node, String pointer) {
        JsonNode nexusClass = node.get(NX_CLASS);
        if (nexusClass == null) {
            return null;
        }
        if (!nexusClass.isTextual()
                || !CLASS_NAME.matcher(nexusClass.textValue()).matches()) {
            problems.add(
                    JsonObject.below(pointer, NX_CLASS), "the name of a NeXus class, such as NXcollection", nexusClass);
            return null;
        }
        return nexusClass.textValue();
    }

    private @Nullable Node node(JsonNode node, String pointer, int depth) {
        return node.isObject() && !node.has(VALUE) ? fields(node, pointer, Set.of(), depth + 1) : value(node, pointer);
    }

    /** Reads a value, with units or without; null when it is refused. */
    @Nullable Value value(JsonNode node, String pointer) {
        problems.countValue(pointer);
        if (!node.isObject()) {
            Object plain = plain(node, pointer);
            return plain == null ? null : Value.of(plain);
        }
        JsonObject object = JsonObject.of(node, pointer, problems, VALUE_KEYS);
        JsonNode value = object.get(VALUE);
        if (value == null) {
            problems.add(object.pointer(VALUE), "a number, a text, true, false or a list of them", "nothing");
            return null;
        }
        Object plain = plain(value, object.pointer(VALUE));
        String units = object.units("units");
        return plain == null ? null : new Value(plain, units);
    }

    /** Reads a position: a number, a text where a motor has none, or null where it is not known. */
    @Nullable Value position(JsonNode node, String pointer, @Nullable String units) {
        problems.countValue(pointer);
        if (node.isNull()) {
            return new Value(Double.NaN, units);
        }
        if (node.isNumber()) {
            // a motor's positions are of one type in all files, whatever JSON made of 4.0
            return new Value(node.doubleValue(), units);
        }
        String text = node.isTextual() ? JsonObject.text(node, pointer, problems) : null;
        if (text == null && !node.isTextual()) {
            problems.add(pointer, "a number, a text or null", node);
        }
        return text == null ? null : Value.of(text);
    }

    /** Reads the positions of a scan. */
    @Nullable Value positions(@Nullable JsonNode list, String pointer, @Nullable String units) {
        if (list == null || !problems.countElements(pointer, list.size())) {
            return null;
        }
        double[] positions = new double[list.size()];
        boolean isGood = list.isArray();
        for (int i = 0; i < positions.length && isGood; i++) {
            isGood = list.get(i).isNumber() || list.get(i).isNull();
            positions[i] = list.get(i).isNull() ? Double.NaN : list.get(i).doubleValue();
        }
        if (!isGood) {
            problems.add(pointer, "a list of numbers", list);
            return null;
        }
        return new Value(positions, units);
    }

    private @Nullable Object plain(JsonNode node, String pointer) {
        return switch (node.getNodeType()) {
            case STRING -> JsonObject.text(node, pointer, problems);
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> number(node, pointer);
            case ARRAY -> list(node, pointer);
            default -> {
                problems.add(pointer, "a number, a text, true, false or a list of them", node);
                yield null;
            }
        };
    }

    private @Nullable Object number(JsonNode node, String pointer) {
        if (!node.isIntegralNumber()) {
            return node.doubleValue();
        }
        if (node.canConvertToLong()) {
            return node.longValue();
        }
        BigInteger number = node.bigIntegerValue();
        if (number.signum() < 0 || number.compareTo(UNSIGNED_END) >= 0) {
            problems.add(pointer, "an integer of at most 64 bits", node);
            return null;
        }
        return number;
    }

    private @Nullable Object list(JsonNode list, String pointer) {
        if (!isEven(list, pointer, 0)) {
            return null;
        }
        if (list.isEmpty() || !list.get(0).isNumber()) {
            return list.isEmpty() ? new double[0] : rows(list, pointer);
        }
        boolean isInteger = true;
        for (JsonNode element : list) {
            isInteger &= element.isIntegralNumber() && element.canConvertToLong();
        }
        return isInteger
                ? list.valueStream().mapToLong(JsonNode::longValue).toArray()
                : list.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    private @Nullable List<Object> rows(JsonNode list, String pointer) {
        List<Object> rows = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            JsonNode element = list.get(i);
            Object row = element.isArray() ? rows(element, pointer + "/" + i) : plain(element, pointer + "/" + i);
            if (row == null) {
                return null;
            }
            rows.add(row);
        }
        return rows;
    }

    /** Returns whether all elements are of one kind and all rows of one length, as an array is. */
    private boolean isEven(JsonNode list, String pointer, int depth) {
        if (!problems.countElements(pointer, list.size())) {
            return false;
        }
        if (depth == Limits.DEPTH) {
            problems.add(pointer, "lists at most " + Limits.DEPTH + " deep", "deeper");
            return false;
        }
        for (int i = 0; i < list.size(); i++) {
            JsonNode element = list.get(i);
            boolean isAlike = element.getNodeType() == list.get(0).getNodeType()
                    && isAlike(element, list.get(0))
                    && (element.isArray()
                            ? isEven(element, pointer + "/" + i, depth + 1)
                            : element.isValueNode() && !element.isNull());
            if (!isAlike) {
                problems.add(
                        pointer + "/" + i, "lists whose elements are of one kind, and rows of one length", element);
                return false;
            }
        }
        return true;
    }

    /** Returns whether two rows are of one length and, one level down, of one kind. */
    private static boolean isAlike(JsonNode one, JsonNode other) {
        if (!one.isArray() || one.isEmpty() || one.size() != other.size()) {
            return one.size() == other.size();
        }
        return one.get(0).getNodeType() == other.get(0).getNodeType() && isAlike(one.get(0), other.get(0));
    }
}
