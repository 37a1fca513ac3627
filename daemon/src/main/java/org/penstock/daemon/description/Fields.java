package org.penstock.daemon.description;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Named values and groups of them, in the order in which they came; names are normalised and no two alike.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param nexusClass what the group says that it is, such as {@code NXsource}; null when it does not
 */
public record Fields(@Nullable String nexusClass, Map<String, Node> nodes) implements Node {
    /** No fields. */
    public static final Fields NONE = new Fields(null, Map.of());

    public Fields {
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    }

    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    /** Returns the value of a name; null when there is none, or it is a group. */
    public @Nullable Value value(String name) {
        return nodes.get(name) instanceof Value value ? value : null;
    }
}
