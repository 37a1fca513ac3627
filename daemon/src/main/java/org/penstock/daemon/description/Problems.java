package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with a description that is being read, and how much of it there was.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class Problems {
    /** Who sends a thousand wrong values needs the first of them. */
    static final int MOST = 50;

    private static final int SHOWN = 60;

    private final List<MetadataProblem> found = new ArrayList<>();
    private long values;
    private long elements;

    void add(String pointer, String expected, JsonNode actual) {
        add(pointer, expected, shown(actual));
    }

    void add(String pointer, String expected, String actual) {
        if (found.size() < MOST) {
            found.add(new MetadataProblem(pointer, expected, cut(actual)));
        }
    }

    /** Counts a value that will be a dataset of the file. */
    void countValue(String pointer) {
        if (++values == Limits.VALUES + 1L) {
            add(pointer, "at most " + Limits.VALUES + " values in one description", "more");
        }
    }

    /** Counts elements of lists; returns false when there are too many to look at. */
    boolean countElements(String pointer, long count) {
        elements += count;
        if (elements > Limits.ELEMENTS) {
            add(pointer, "at most " + Limits.ELEMENTS + " list elements in one description", "more");
            return false;
        }
        return true;
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new MetadataException(found);
        }
    }

    private static String shown(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> "an object of " + node.size() + " keys";
            case ARRAY -> "a list of " + node.size();
            case STRING -> "\"" + cut(node.textValue()) + "\"";
            default -> node.toString();
        };
    }

    private static String cut(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "… (" + text.length() + " characters)";
    }
}
