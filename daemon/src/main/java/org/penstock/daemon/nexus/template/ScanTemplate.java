package org.penstock.daemon.nexus.template;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The layout of a scan's entry.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param entryName name of the entry, with the number of the scan in it
 * @param entry the entry's group
 * @param detectorsPath path below the entry of the group with the detectors; empty when they are in the entry itself
 * @param moversPath path below the entry of the group with the positioners that move
 * @param measurementPath path below the entry of the measurement group
 * @param isMeasurementData whether the data is in the measurement group, else in those of detectors and positioners
 */
public record ScanTemplate(
        Text entryName,
        TemplateNode.Group entry,
        String detectorsPath,
        String moversPath,
        String measurementPath,
        boolean isMeasurementData) {
    /** Names of the templates that come with the daemon; the first is the default. */
    public static final List<String> BUILT_IN = List.of("esrf", "nxscan");

    /** The ESRF's. */
    public static final ScanTemplate ESRF = load(BUILT_IN.getFirst());

    /**
     * Loads a template.
     *
     * @param nameOrFile one of {@link #BUILT_IN}, or the path of a file
     * @throws TemplateException naming every problem with its line
     */
    public static ScanTemplate load(String nameOrFile) {
        if (BUILT_IN.contains(nameOrFile)) {
            return TemplateReader.read(nameOrFile, resource(nameOrFile + ".yaml"));
        }
        Path file = Path.of(nameOrFile);
        if (!nameOrFile.toLowerCase(Locale.ROOT).endsWith(".yaml") && !Files.exists(file)) {
            throw new TemplateException(
                    nameOrFile, List.of("expected=one of " + BUILT_IN + " or a YAML file, actual=neither"));
        }
        try {
            return TemplateReader.read(nameOrFile, Files.readString(file));
        } catch (IOException e) {
            throw new TemplateException("scan template not readable: file=" + nameOrFile + ", reason=" + e, e);
        }
    }

    /** Returns the name of the entry of a scan. */
    public String entryName(int number) {
        return String.valueOf(entryName.resolve(variable -> variable == Variable.NUMBER ? number : null));
    }

    /** Returns the names that the layout itself gives in a group: nothing that was measured can have them there. */
    public Set<String> namesIn(String path) {
        TemplateNode.Group group = entry;
        for (String step : path.split("/", -1)) {
            for (TemplateNode child : step.isEmpty() ? List.<TemplateNode>of() : group.children()) {
                if (child instanceof TemplateNode.Group below && below.name().equals(step)) {
                    group = below;
                }
            }
        }
        return group.children().stream().flatMap(TemplateNode::names).collect(Collectors.toUnmodifiableSet());
    }

    private static String resource(String name) {
        try (InputStream stream = Objects.requireNonNull(ScanTemplate.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("damaged jar: resource=" + name, e);
        }
    }
}
