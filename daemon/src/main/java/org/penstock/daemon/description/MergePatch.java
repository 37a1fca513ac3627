package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON merge patches (RFC 7396), with lists that grow where a description has some. */
final class MergePatch {
    private static final String NOTES = "notes";

    private MergePatch() {}

    /** Returns a new object; neither argument is changed. */
    static JsonNode merge(ObjectNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode merged = target.deepCopy();
        apply(merged, (ObjectNode) patch);
        JsonNode notes = target.get(NOTES);
        JsonNode more = patch.get(NOTES);
        if (notes instanceof ArrayNode before && more instanceof ArrayNode added) {
            merged.set(NOTES, before.deepCopy().addAll(added));
        }
        return merged;
    }

    private static void apply(ObjectNode target, ObjectNode patch) {
        patch.propertyStream().forEach(property -> {
            String key = property.getKey();
            switch (property.getValue()) {
                case ObjectNode object when target.get(key) instanceof ObjectNode present -> apply(present, object);
                case ObjectNode object -> apply(target.putObject(key), object);
                case JsonNode none when none.isNull() -> target.remove(key);
                case JsonNode value -> target.set(key, value);
            }
        });
    }
}
