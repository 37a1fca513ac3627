package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An application definition that the scan is to be shown by too, in a subentry of its own.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param definition {@code NXmx} or {@code NXtomo}
 * @param detector group name of the detector with the images
 * @param rotation the positioner that turns the sample, or null
 * @param wavelength of the beam, for NXmx
 * @param imageKey what each image is, for NXtomo: 0 sample, 1 flat, 2 dark, 3 invalid; the name of a measurement, a list, or null when all show the sample
 */
public record Recipe(
        String definition,
        String detector,
        @Nullable String rotation,
        @Nullable Value wavelength,
        @Nullable Object imageKey) {
    /** Names of the definitions. */
    public static final String MX = "NXmx";

    public static final String TOMO = "NXtomo";

    private static final Set<String> MX_KEYS = Set.of("detector", "rotation", "wavelength");
    private static final Set<String> TOMO_KEYS = Set.of("detector", "rotation", "image_key");

    /** Returns the name of the subentry's group. */
    public String groupName() {
        return definition.substring(2).toLowerCase(Locale.ROOT);
    }

    static @Nullable Recipe read(String definition, JsonNode node, String pointer, Problems problems) {
        boolean isMx = definition.equals(MX);
        if (!isMx && !definition.equals(TOMO)) {
            problems.add(pointer, "one of the definitions NXmx, NXtomo", "\"" + definition + "\"");
            return null;
        }
        JsonObject object = JsonObject.of(node, pointer, problems, isMx ? MX_KEYS : TOMO_KEYS);
        String detector = object.name("detector");
        object.require("detector", detector);
        JsonNode wavelength = isMx ? object.get("wavelength") : null;
        if (isMx) {
            object.require("wavelength", wavelength);
        } else {
            object.require("rotation", object.get("rotation"));
        }
        Value length = wavelength == null ? null : wavelength(wavelength, object.pointer("wavelength"), problems);
        return detector == null
                ? null
                : new Recipe(definition, detector, object.name("rotation"), length, imageKey(object, problems));
    }

    private static @Nullable Value wavelength(JsonNode node, String pointer, Problems problems) {
        Value length = new NodeReader(problems).value(node, pointer);
        if (length != null && (!(length.value() instanceof Number) || length.units() == null)) {
            problems.add(pointer, "a number with units, such as {\"value\": 0.98, \"units\": \"angstrom\"}", node);
        }
        return length;
    }

    private static @Nullable Object imageKey(JsonObject object, Problems problems) {
        JsonNode key = object.get("image_key");
        if (key == null) {
            return null;
        }
        if (key.isTextual()) {
            return object.name("image_key");
        }
        Value list = new NodeReader(problems).value(key, object.pointer("image_key"));
        if (list != null && list.value() instanceof long[] keys) {
            int[] keysOfImages = new int[keys.length];
            boolean isGood = true;
            for (int i = 0; i < keys.length; i++) {
                isGood &= keys[i] >= 0 && keys[i] <= 3;
                keysOfImages[i] = (int) keys[i];
            }
            if (isGood) {
                return keysOfImages;
            }
        }
        problems.add(
                object.pointer("image_key"), "a name, or a list of 0 (sample), 1 (flat), 2 (dark), 3 (invalid)", key);
        return null;
    }
}
