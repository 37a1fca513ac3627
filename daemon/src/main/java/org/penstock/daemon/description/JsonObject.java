package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One object of a description while it is read: what is not as it should be goes to {@link Problems}, and reading goes on.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
record JsonObject(JsonNode node, String pointer, Problems problems) {
    /** Reads an object whose keys are known; others are refused. */
    static JsonObject of(JsonNode node, String pointer, Problems problems, Set<String> keys) {
        if (!node.isObject()) {
            problems.add(pointer, "an object", node);
        }
        node.propertyStream().forEach(property -> {
            if (!keys.contains(property.getKey())) {
                problems.add(
                        below(pointer, property.getKey()), "one of the keys " + new TreeSet<>(keys), "an unknown key");
            }
        });
        return new JsonObject(node, pointer, problems);
    }

    static String below(String pointer, String key) {
        return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
    }

    String pointer(String key) {
        return below(pointer, key);
    }

    /** Returns the value of a key; null when it is not there, or null. */
    @Nullable JsonNode get(String key) {
        JsonNode value = node.get(key);
        return value == null || value.isNull() ? null : value;
    }

    /** Notes that a key is missing. */
    void require(String key, @Nullable Object value) {
        if (value == null && !node.has(key)) {
            problems.add(pointer(key), "a value: it must be said", "missing");
        }
    }

    @Nullable String text(String key) {
        JsonNode value = get(key);
        return value == null ? null : text(value, pointer(key), problems);
    }

    /** Returns the text, or null when it is none. */
    static @Nullable String text(JsonNode value, String pointer, Problems problems) {
        if (!value.isTextual()) {
            problems.add(pointer, "a text", value);
            return null;
        }
        String text = value.textValue();
        if (text.length() > Limits.TEXT_BYTES || text.getBytes(StandardCharsets.UTF_8).length > Limits.TEXT_BYTES) {
            problems.add(pointer, "at most " + Limits.TEXT_BYTES + " bytes", value);
            return null;
        }
        if (text.indexOf(0) >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            problems.add(pointer, "a text of Unicode characters, without NUL", value);
            return null;
        }
        return text;
    }

    /** Returns one of the words, or null when it is not there. */
    @Nullable String word(String key, Set<String> words) {
        String word = text(key);
        if (word != null && !words.contains(word)) {
            problems.add(pointer(key), "one of " + new TreeSet<>(words), "\"" + word + "\"");
            return null;
        }
        return word;
    }

    boolean flag(String key) {
        JsonNode value = get(key);
        if (value != null && !value.isBoolean()) {
            problems.add(pointer(key), "true or false", value);
        }
        return value != null && value.booleanValue();
    }

    /** Returns a name as it will be in the file; null when it is not there, or cannot be one. */
    @Nullable String name(String key) {
        String name = text(key);
        return name == null ? null : name(name, pointer(key), problems);
    }

    /** Returns the normalised name, or null when it cannot be one. */
    static @Nullable String name(String name, String pointer, Problems problems) {
        if (name.isBlank() || name.length() > Limits.NAME) {
            problems.add(pointer, "a name of 1 to " + Limits.NAME + " characters", "\"" + name + "\"");
            return null;
        }
        return NexusNames.normalise(name);
    }

    @Nullable String units(String key) {
        String units = text(key);
        if (units == null || units.isEmpty()) {
            return null;
        }
        if (!Units.isKnown(units)) {
            problems.add(pointer(key), Units.EXPECTED, "\"" + units + "\"");
            return null;
        }
        return units;
    }

    /** Returns normalised names, none twice. */
    List<String> names(String key) {
        List<String> names = new ArrayList<>();
        elements(key, "a list of names", (element, at) -> {
            String text = text(element, at, problems);
            String name = text == null ? null : name(text, at, problems);
            if (name != null && names.contains(name)) {
                problems.add(at, "each name once", "\"" + name + "\" again");
            } else if (name != null) {
                names.add(name);
            }
            return name;
        });
        return names;
    }

    /** Reads a list, each element with its pointer; elements that are refused are left out. */
    <T> List<T> elements(String key, String expected, BiFunction<JsonNode, String, @Nullable T> read) {
        List<T> elements = new ArrayList<>();
        JsonNode list = get(key);
        if (list == null) {
            return elements;
        }
        if (!list.isArray()) {
            problems.add(pointer(key), expected, list);
            return elements;
        }
        for (int i = 0; i < list.size(); i++) {
            T element = read.apply(list.get(i), pointer(key) + "/" + i);
            if (element != null) {
                elements.add(element);
            }
        }
        return elements;
    }

    /** Reads an object whose keys are names: normalised, and no two alike then. */
    <T> Map<String, T> named(String key, BiFunction<JsonNode, String, @Nullable T> read) {
        JsonNode object = get(key);
        return object == null ? Map.of() : named(object, pointer(key), problems, Set.of(), read);
    }

    /** Reads the keys of an object as names, without those that mean something else. */
    static <T> Map<String, T> named(
            JsonNode object,
            String pointer,
            Problems problems,
            Set<String> others,
            BiFunction<JsonNode, String, @Nullable T> read) {
        Map<String, T> named = new LinkedHashMap<>();
        Map<String, String> written = new LinkedHashMap<>();
        if (!object.isObject()) {
            problems.add(pointer, "an object", object);
            return named;
        }
        object.propertyStream().forEach(property -> {
            String key = property.getKey();
            String at = below(pointer, key);
            String name = others.contains(key) ? null : name(key, at, problems);
            if (name == null) {
                return;
            }
            String before = written.putIfAbsent(name, key);
            if (before != null) {
                problems.add(
                        at,
                        "names that differ in the file too",
                        "\"" + before + "\" is \"" + name + "\" there as well");
                return;
            }
            T value = read.apply(property.getValue(), at);
            if (value != null) {
                named.put(name, value);
            }
        });
        return named;
    }
}
