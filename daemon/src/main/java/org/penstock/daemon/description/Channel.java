package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a stream is, where its name alone does not say it: the column {@code avg} of {@code eiger_roi1}, the live time of {@code mca1_det0}.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param device the detector that it is a column of
 * @param name of its dataset in the detector's group
 * @param units of its values, or null
 * @param measurement name in the measurement group, or null for the rule: the detector's for its principal column, else both, joined by an underscore
 * @param isPrincipal whether it is what the detector is for
 * @param longName as an axis of a plot is to be labelled, or null
 */
public record Channel(
        String device,
        String name,
        @Nullable String units,
        @Nullable String measurement,
        boolean isPrincipal,
        @Nullable String longName) {
    /** Name of the dataset of a stream that nothing is known of. */
    public static final String DATA = "data";

    private static final Set<String> KEYS =
            Set.of("detector", "name", "units", "measurement", "principal", "long_name");

    /** A stream that is a detector by itself. */
    public static Channel ofStream(String stream) {
        return new Channel(NexusNames.normalise(stream), DATA, null, null, true, null);
    }

    /** Returns its name in the measurement group. */
    public String measurementName() {
        if (measurement != null) {
            return measurement;
        }
        return isPrincipal ? device : device + "_" + name;
    }

    static Channel read(String stream, JsonNode node, String pointer, Problems problems) {
        JsonObject object = JsonObject.of(node, pointer, problems, KEYS);
        String device = object.name("detector");
        String name = object.name("name");
        boolean isData = name == null || name.equals(DATA);
        return new Channel(
                device == null ? NexusNames.normalise(stream) : device,
                name == null ? DATA : name,
                object.units("units"),
                object.name("measurement"),
                isData || object.flag("principal"),
                object.text("long_name"));
    }
}
