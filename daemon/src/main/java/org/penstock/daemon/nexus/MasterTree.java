package org.penstock.daemon.nexus;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.Hdf5Object;
import org.penstock.daemon.nexus.template.TemplateNode;
import org.penstock.daemon.nexus.template.Text;

/**
 * Writes an entry as its template says.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class MasterTree {
    private static final String DEFAULT = "default";

    private final MasterContent content;
    private final Sources sources;

    MasterTree(MasterContent content) {
        this.content = content;
        this.sources = new Sources(content);
    }

    void write(Hdf5Group root, TemplateNode.Group entry) {
        try (Hdf5Group group = root.createGroup(content.entryName())) {
            fill(group, entry);
        }
    }

    private void fill(Hdf5Group group, TemplateNode.Group node) {
        Set<String> taken = new HashSet<>();
        for (TemplateNode child : node.children()) {
            child.names().forEach(taken::add);
        }
        attributes(group, node);
        for (TemplateNode child : node.children()) {
            switch (child) {
                case TemplateNode.Group below
                when !isEmpty(below) -> {
                    try (Hdf5Group created = group.createGroup(below.name())) {
                        fill(created, below);
                    }
                }
                case TemplateNode.Group _ -> {}
                case TemplateNode.Item item -> item(group, item);
                case TemplateNode.Link link -> link(group, link);
                case TemplateNode.Insert insert -> sources.write(insert, group, taken);
            }
        }
    }

    private void attributes(Hdf5Group group, TemplateNode.Group node) {
        node.attributes().forEach((name, text) -> {
            Object value = text.resolve(content::value);
            boolean leadsNowhere = name.equals(DEFAULT)
                    && node.children().stream().anyMatch(child -> isNamed(child, value) && isEmpty(child));
            if (value != null && !leadsNowhere) {
                group.attribute(name, value);
            }
        });
    }

    private static boolean isNamed(TemplateNode node, @Nullable Object name) {
        return node.names().anyMatch(own -> own.equals(String.valueOf(name)));
    }

    private void item(Hdf5Group group, TemplateNode.Item item) {
        Object value = item.value().resolve(content::value);
        if (value != null) {
            try (Hdf5Dataset dataset = group.dataset(item.name(), value)) {
                attributes(dataset, item.attributes());
            }
        }
    }

    private void attributes(Hdf5Object object, Map<String, Text> attributes) {
        attributes.forEach((name, text) -> {
            Object value = text.resolve(content::value);
            if (value != null) {
                object.attribute(name, value);
            }
        });
    }

    private void link(Hdf5Group group, TemplateNode.Link link) {
        Object target = link.target().resolve(content::value);
        if (target != null) {
            group.softLink(link.name(), "/" + content.entryName() + "/" + target);
        }
    }

    private boolean isEmpty(TemplateNode node) {
        return switch (node) {
            case TemplateNode.Group group ->
                !group.isKept() && group.children().stream().allMatch(this::isEmpty);
            case TemplateNode.Item item -> item.value().resolve(content::value) == null;
            case TemplateNode.Link link -> link.target().resolve(content::value) == null;
            case TemplateNode.Insert insert -> sources.isEmpty(insert);
        };
    }
}
