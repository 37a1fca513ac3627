package org.penstock.daemon.nexus.template;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One item of a template, with its line. */
public sealed interface TemplateNode {
    /** Returns the line of the template that it is in. */
    int line();

    /** Returns the name that it gives, if it gives one. */
    default Stream<String> names() {
        return switch (this) {
            case Group group -> Stream.of(group.name());
            case Item item -> Stream.of(item.name());
            case Link link -> Stream.of(link.name());
            case Insert _ -> Stream.empty();
        };
    }

    /**
     * A group; it stays away when nothing but attributes would be in it, unless it is kept.
     *
     * @param attributes by name
     * @param children in the order of the template
     * @param isKept whether it is there in any case
     */
    record Group(String name, Map<String, Text> attributes, List<TemplateNode> children, boolean isKept, int line)
            implements TemplateNode {
        public Group {
            attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
            children = List.copyOf(children);
        }
    }

    /** A small dataset; it stays away when its value is not known. */
    record Item(String name, Text value, Map<String, Text> attributes, int line) implements TemplateNode {
        public Item {
            attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        }
    }

    /** A soft link to a path below the entry; it stays away when the path is not known. */
    record Link(String name, Text target, int line) implements TemplateNode {}

    /** What is known of the scan, in one of its forms. */
    record Insert(Source source, String form, int line) implements TemplateNode {}
}
