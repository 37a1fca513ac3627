package org.penstock.daemon.nexus;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.Channel;
import org.penstock.daemon.description.Positioner;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.description.Value;
import org.penstock.daemon.nexus.template.ScanTemplate;

/**
 * Where everything measured is in a master, and by which names it is found: what the description says of streams, and what streams there are.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class Columns {
    private final ScanTemplate template;
    private final String entryPath;
    private final ScanMetadata metadata;
    private final List<Column> all = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final Set<String> places = new HashSet<>();
    private final Set<String> measurements = new HashSet<>();

    Columns(ScanTemplate template, String entryPath, ScanMetadata metadata, List<DetectorState> streams, Path master) {
        this.template = template;
        this.entryPath = entryPath;
        this.metadata = metadata;
        measurements.addAll(template.namesIn(template.measurementPath()));
        metadata.positioners().forEach((name, positioner) -> {
            if (positioner.values() != null) {
                add(column(name, positioner, null, positioner.values()));
            }
        });
        requireDistinct(streams);
        List<DetectorData> detectors = new ArrayList<>();
        for (DetectorState stream : streams) {
            DetectorData data = new DetectorData(stream, master);
            String positioner = metadata.positionerOf(stream.description().name());
            if (positioner != null && stream.description().rank() == 0) {
                add(column(positioner, metadata.positioners().get(positioner), data, null));
            } else {
                detectors.add(data);
            }
        }
        detectors.forEach(data -> add(column(data)));
    }

    private static void requireDistinct(List<DetectorState> streams) {
        Set<String> names = new HashSet<>();
        for (DetectorState stream : streams) {
            if (!names.add(stream.description().groupName())) {
                throw new IllegalArgumentException("detectors of one name: detector="
                        + stream.description().name() + ", group="
                        + stream.description().groupName());
            }
        }
    }

    List<Column> all() {
        return all;
    }

    /** Returns what could not be shown as it was described. */
    List<String> remarks() {
        return remarks;
    }

    /** Returns the columns of positioners, of each its own. */
    Map<String, Column> movers() {
        Map<String, Column> movers = new LinkedHashMap<>();
        all.stream().filter(Column::isMover).forEach(column -> movers.put(column.group(), column));
        return movers;
    }

    /** Returns the columns of each detector, and the detectors that only the description knows. */
    Map<String, List<Column>> detectors() {
        Map<String, List<Column>> detectors = new LinkedHashMap<>();
        for (Column column : all) {
            if (!column.isMover()) {
                detectors
                        .computeIfAbsent(column.group(), _ -> new ArrayList<>())
                        .add(column);
            }
        }
        metadata.detectors().keySet().forEach(name -> detectors.putIfAbsent(name, List.of()));
        return detectors;
    }

    /** Returns the column of a name of the measurement group; null when there is none. */
    @Nullable Column named(String measurement) {
        return all.stream()
                .filter(column -> column.measurement().equals(measurement))
                .findFirst()
                .orElse(null);
    }

    /** Returns the principal column of a detector; null when it has no data. */
    @Nullable Column principal(String detector) {
        return all.stream()
                .filter(column -> !column.isMover() && column.group().equals(detector) && column.isPrincipal())
                .findFirst()
                .orElse(null);
    }

    private void add(Column column) {
        all.add(column);
        places.add(column.group() + "/" + column.dataset());
        measurements.add(column.measurement());
    }

    private Column column(DetectorData data) {
        Channel channel = free(data.state().description().name());
        return new Column(
                channel.device(),
                channel.name(),
                channel.measurementName(),
                path(template.detectorsPath(), channel.device() + "/" + channel.name(), channel.measurementName()),
                data,
                null,
                channel.units(),
                channel.longName(),
                false,
                channel.isPrincipal());
    }

    /** Returns where a stream goes: where it was described to be or, if that is another's, under a name of its own. Nothing said may cost the frames. */
    private Channel free(String stream) {
        Set<String> ofTheLayout = template.namesIn(template.detectorsPath());
        Channel described = metadata.channel(stream);
        Channel channel = described;
        for (int number = 1; !isFree(channel) || ofTheLayout.contains(channel.device()); number++) {
            channel = Channel.ofStream(number == 1 ? stream : stream + "_" + number);
        }
        if (!channel.equals(described)) {
            remarks.add("stream is shown elsewhere than described: stream=" + stream + ", group=" + channel.device()
                    + ", described as " + described.device() + "/" + described.name()
                    + ", which is another's or the layout's");
        }
        return channel;
    }

    private boolean isFree(Channel channel) {
        return !places.contains(channel.device() + "/" + channel.name())
                && !measurements.contains(channel.measurementName())
                && all.stream()
                        .noneMatch(column -> column.isMover() && column.group().equals(channel.device()));
    }

    private Column column(
            String positionerName,
            @Nullable Positioner positioner,
            @Nullable DetectorData data,
            @Nullable Value positions) {
        String name = freeMover(positionerName);
        return new Column(
                name,
                "value",
                name,
                path(template.moversPath(), name + "/value", name),
                data,
                positions,
                positioner == null ? null : positioner.units(),
                null,
                true,
                true);
    }

    /** Returns the name of a positioner or, if that is the layout's, one of its own. */
    private String freeMover(String positioner) {
        Set<String> ofTheLayout = new HashSet<>(template.namesIn(template.moversPath()));
        ofTheLayout.addAll(template.namesIn(template.measurementPath()));
        String name = positioner;
        for (int number = 2; ofTheLayout.contains(name) || isOther(name, positioner); number++) {
            name = positioner + "_" + number;
        }
        if (!name.equals(positioner)) {
            remarks.add("positioner is shown under another name, its own is the layout's: positioner=" + positioner
                    + ", group=" + name);
        }
        return name;
    }

    private boolean isOther(String name, String positioner) {
        return !name.equals(positioner) && metadata.positioners().containsKey(name);
    }

    private String path(String groups, String place, String measurement) {
        String path =
                template.isMeasurementData() ? template.measurementPath() + "/" + measurement : groups + "/" + place;
        return entryPath + (path.startsWith("/") ? "" : "/") + path;
    }
}
