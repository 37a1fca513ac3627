package org.penstock.daemon.nexus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.Fields;
import org.penstock.daemon.description.Recipe;
import org.penstock.daemon.description.Value;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.nexus.template.Variable;
import org.penstock.protocol.ElementType;

/**
 * Writes the scan as an application definition wants it, in a subentry of links: definitions such as NXmx check every NXdetector that they find, and a diode
 * is none to them.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class ApplicationGroup {
    /** Fields of the detector that both definitions know; those that are there are linked. */
    private static final List<String> DETECTOR_FIELDS = List.of(
            "distance",
            "x_pixel_size",
            "y_pixel_size",
            "beam_center_x",
            "beam_center_y",
            "sensor_material",
            "sensor_thickness",
            "count_time",
            "saturation_value",
            "bit_depth_readout",
            "threshold_energy",
            "description",
            "pixel_mask");

    private static final List<String> DEMANDED =
            List.of("sensor_material", "sensor_thickness", "x_pixel_size", "y_pixel_size");

    private static final String IMAGE_KEY = "image_key";
    private static final int KEYS_OF_A_CHUNK = 1 << 12;

    private final Recipe recipe;
    private final MasterContent content;
    private final Column images;
    private final Fields described;

    private ApplicationGroup(Recipe recipe, MasterContent content, Column images) {
        this.recipe = recipe;
        this.content = content;
        this.images = images;
        this.described = content.metadata().detectors().getOrDefault(recipe.detector(), Fields.NONE);
    }

    /** Writes the subentry, when its detector is there. */
    static void write(Hdf5Group parent, Recipe recipe, MasterContent content, Set<String> taken) {
        Column images = content.columns().principal(recipe.detector());
        if (images == null || images.data() == null || images.rank() < 2) {
            content.columns()
                    .remarks()
                    .add("application definition has no images: definition=" + recipe.definition() + ", detector="
                            + recipe.detector());
        } else if (taken.add(recipe.groupName())) {
            new ApplicationGroup(recipe, content, images).write(parent);
        }
    }

    private void write(Hdf5Group parent) {
        try (Hdf5Group entry = NexusTree.group(parent, recipe.groupName(), "NXsubentry")) {
            entry.attribute("default", "data");
            entry.write("definition", recipe.definition());
            entry.write("title", String.valueOf(content.value(Variable.TITLE)));
            entry.write("start_time", NexusTree.time(content.scan().startTime()));
            if (recipe.definition().equals(Recipe.MX)) {
                mx(entry);
            } else {
                tomo(entry);
            }
            if (content.scan().progress().endTime() != null) {
                entry.write("end_time", NexusTree.time(content.scan().progress().endTime()));
            }
        }
    }

    private void mx(Hdf5Group entry) {
        ScanProgress progress = content.scan().progress();
        entry.write(
                "end_time_estimated",
                NexusTree.time(progress.endTime() == null ? progress.since() : progress.endTime()));
        try (Hdf5Group source = NexusTree.group(entry, "source", "NXsource")) {
            source.write("name", content.scan().instrumentName());
        }
        try (Hdf5Group instrument = NexusTree.group(entry, "instrument", "NXinstrument")) {
            try (Hdf5Dataset name = instrument.dataset("name", content.scan().instrumentName())) {
                name.attribute("short_name", content.scan().identity().beamline());
            }
            instrument.write("time_zone", content.scan().startTime().getOffset().getId());
            Value wavelength = recipe.wavelength();
            if (wavelength != null) {
                try (Hdf5Group beam = NexusTree.group(instrument, "beam", "NXbeam")) {
                    NexusTree.value(beam, "incident_wavelength", wavelength);
                }
            }
            try (Hdf5Group detector = detector(instrument, recipe.detector())) {
                detector.write("depends_on", ".");
                module(detector);
                remarkWhatLacks();
            }
        }
        Column axis = rotation();
        try (Hdf5Group sample = sample(entry)) {
            sample.write("depends_on", axis == null ? "." : axis.path());
        }
        data(entry, null, null);
    }

    /** Nobody but the control system knows them, and programs that read NXmx refuse a file without. */
    private void remarkWhatLacks() {
        List<String> lacking =
                DEMANDED.stream().filter(field -> known(field) == null).toList();
        if (!lacking.isEmpty()) {
            content.columns()
                    .remarks()
                    .add("NXmx demands what is not described: detectors." + recipe.detector() + "="
                            + String.join(" ", lacking));
        }
    }

    /** The module is the whole detector: x to the left and y upwards as NeXus looks from the source, frames begin at the top left. */
    private void module(Hdf5Group detector) {
        List<Integer> shape = shape();
        try (Hdf5Group module = NexusTree.group(detector, "module", "NXdetector_module")) {
            module.write("data_origin", new int[shape.size()]);
            module.write("data_size", shape.stream().mapToInt(Integer::intValue).toArray());
            direction(module, "fast_pixel_direction", "x_pixel_size", new double[] {-1, 0, 0});
            direction(module, "slow_pixel_direction", "y_pixel_size", new double[] {0, -1, 0});
        }
    }

    private void direction(Hdf5Group module, String name, String pixelSize, double[] vector) {
        Value size = known(pixelSize);
        try (Hdf5Dataset direction = module.dataset(name, size == null ? 1.0 : size.value())) {
            direction.attribute("transformation_type", "translation");
            direction.attribute("vector", vector);
            direction.attribute("offset", new double[] {0, 0, 0});
            direction.attribute("depends_on", ".");
            direction.attribute("units", size == null || size.units() == null ? "pixel" : size.units());
        }
    }

    private void tomo(Hdf5Group entry) {
        Column rotation = rotation();
        boolean hasKey;
        try (Hdf5Group instrument = NexusTree.group(entry, "instrument", "NXinstrument");
                Hdf5Group detector = detector(instrument, "detector")) {
            hasKey = imageKey(detector);
        }
        try (Hdf5Group sample = sample(entry)) {
            if (rotation != null) {
                sample.softLink("rotation_angle", rotation.path());
            }
        }
        data(entry, rotation, hasKey ? entry.path() + "/instrument/detector/image_key" : null);
    }

    /** Writes what each image is, one element for each; returns whether that is known. */
    private boolean imageKey(Hdf5Group detector) {
        long points = images.points();
        Column keyColumn =
                recipe.imageKey() instanceof String name ? content.columns().named(name) : null;
        if (keyColumn != null) {
            boolean isRunning = !content.scan().progress().isEnded();
            if (isOfOther(keyColumn.points(), keyColumn.points() == points || isRunning)) {
                return false;
            }
            detector.softLink(IMAGE_KEY, keyColumn.path());
        } else if (recipe.imageKey() instanceof int[] keys) {
            if (isOfOther(keys.length, keys.length >= points)) {
                return false;
            }
            detector.write(IMAGE_KEY, Arrays.copyOf(keys, Math.toIntExact(points)));
        } else {
            allOfTheSample(detector, points);
        }
        return true;
    }

    /** While a scan runs, more keys than images may be known, and fewer of a stream have come; when it has ended, not. */
    private boolean isOfOther(long keys, boolean isUsable) {
        if (content.scan().progress().isEnded() && keys != images.points()) {
            content.columns()
                    .remarks()
                    .add("image keys of another number than there are images: definition=" + recipe.definition()
                            + ", detector=" + recipe.detector() + ", keys=" + keys + ", images=" + images.points()
                            + (isUsable ? "; the first are shown" : "; none is shown"));
        }
        return !isUsable;
    }

    /** All show the sample, the value 0: nothing is stored of it, however many they are. */
    private static void allOfTheSample(Hdf5Group detector, long points) {
        ChunkedLayout zeros = new ChunkedLayout(ElementType.I4, List.of(), KEYS_OF_A_CHUNK, List.of(), 0);
        detector.chunkedDataset(IMAGE_KEY, zeros, points).close();
    }

    private Hdf5Group detector(Hdf5Group instrument, String name) {
        Hdf5Group detector = NexusTree.group(instrument, name, "NXdetector");
        detector.softLink("data", images.path());
        for (String field : DETECTOR_FIELDS) {
            Value value = known(field);
            if (value != null) {
                NexusTree.value(detector, field, value);
            }
        }
        return detector;
    }

    private Hdf5Group sample(Hdf5Group entry) {
        Hdf5Group sample = NexusTree.group(entry, "sample", "NXsample");
        sample.write("name", String.valueOf(content.value(Variable.SAMPLE)));
        return sample;
    }

    private void data(Hdf5Group entry, @Nullable Column axis, @Nullable String imageKey) {
        try (Hdf5Group data = NexusTree.group(entry, "data", "NXdata")) {
            data.attribute("signal", "data");
            data.attribute("interpretation", "image");
            data.softLink("data", images.path());
            if (axis != null) {
                if (axis.points() == images.points()) {
                    data.attribute("axes", axes());
                }
                data.softLink("rotation_angle", axis.path());
            }
            if (imageKey != null) {
                data.softLink("image_key", imageKey);
            }
        }
    }

    /** The first dimension is that of the points, whatever a frame has. */
    private List<String> axes() {
        List<String> axes = new ArrayList<>(Collections.nCopies(images.rank() + 1, "."));
        axes.set(0, "rotation_angle");
        return axes;
    }

    private @Nullable Column rotation() {
        String name = recipe.rotation();
        return name == null ? null : content.columns().named(name);
    }

    private List<Integer> shape() {
        return images.data() == null
                ? List.of()
                : images.data().state().description().frameShape();
    }

    /** Returns what is known of the detector, by the description or by its stream. */
    private @Nullable Value known(String field) {
        Value value = described.value(field);
        Field ofStream = images.data() == null
                ? null
                : images.data().state().description().fields().get(field);
        return value != null || ofStream == null ? value : new Value(ofStream.value(), ofStream.units());
    }
}
