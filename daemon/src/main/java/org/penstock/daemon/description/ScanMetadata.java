package org.penstock.daemon.description;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a scan besides its identity: {@code src/docs/scan-description.md} says what each item is and shows an example. Reading and merging a
 * long one takes a tenth of a second, and is not for hdf5-writer.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param title what was asked for, or null for the daemon's
 * @param scanType such as {@code ascan}, or null
 * @param command as it was typed, or null
 * @param scanParameters such as the count time
 * @param positioners by name
 * @param detectors what is known of each, by group name
 * @param channels what streams are, by detector name of the stream
 * @param instrument further devices of the instrument
 * @param sample its fields
 * @param users who measures
 * @param technique how
 * @param notes in the order in which they came
 * @param groups further groups of the entry
 * @param plots that the file offers
 * @param grid the scan's dimensions, or null when it has one
 * @param recipes application definitions that the scan is to be shown by
 * @param processes by name
 * @param said all of it, as it came: text of a JSON object. Two descriptions that say the same are equal
 */
public record ScanMetadata(
        @Nullable String title,
        @Nullable String scanType,
        @Nullable String command,
        Fields scanParameters,
        Map<String, Positioner> positioners,
        Map<String, Fields> detectors,
        Map<String, Channel> channels,
        Fields instrument,
        Fields sample,
        List<Fields> users,
        Fields technique,
        List<Note> notes,
        Map<String, Fields> groups,
        List<Plot> plots,
        @Nullable Grid grid,
        List<Recipe> recipes,
        Map<String, ProcessStep> processes,
        String said) {
    private static final String NOTHING = "{}";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Nothing is known. */
    public static final ScanMetadata EMPTY = of(JsonNodeFactory.instance.objectNode());

    /**
     * Reads a description.
     *
     * @param json the object; not kept
     * @throws MetadataException naming everything that is wrong with it
     */
    public static ScanMetadata of(JsonNode json) {
        return MetadataReader.read(json);
    }

    /**
     * Returns the description with what has become known since: a JSON merge patch (RFC 7396: objects are merged, anything else replaces what was there,
     * null removes it), but for {@code notes}, which are added to those that are there.
     *
     * @throws MetadataException naming everything that is wrong with the result
     */
    public ScanMetadata merge(JsonNode patch) {
        return of(MergePatch.merge(json(), patch));
    }

    /** Returns the description as {@link #of} takes it. */
    public ObjectNode json() {
        try {
            return (ObjectNode) JSON.readTree(said);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("was JSON when it was read", e);
        }
    }

    /** Returns the description as text; null when nothing was said. */
    public @Nullable String text() {
        return isEmpty() ? null : said;
    }

    public boolean isEmpty() {
        return said.equals(NOTHING);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ScanMetadata metadata && said.equals(metadata.said);
    }

    @Override
    public int hashCode() {
        return said.hashCode();
    }

    /** Returns what a stream is; a detector by itself when nothing else was said. */
    public Channel channel(String stream) {
        return Objects.requireNonNullElseGet(channels.get(stream), () -> Channel.ofStream(stream));
    }

    /** Returns the name of the positioner that a stream moves; null when it is a detector's. */
    public @Nullable String positionerOf(String stream) {
        for (Map.Entry<String, Positioner> positioner : positioners.entrySet()) {
            if (stream.equals(positioner.getValue().stream())) {
                return positioner.getKey();
            }
        }
        return null;
    }
}
