package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole description, and checks what no part of it can know by itself.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class MetadataReader {
    private static final Set<String> KEYS = Set.of(
            "title",
            "scan_type",
            "command",
            "scan_parameters",
            "positioners",
            "detectors",
            "channels",
            "instrument",
            "sample",
            "users",
            "technique",
            "notes",
            "groups",
            "plots",
            "grid",
            "application_definitions",
            "processes");

    private static final Set<String> USER_KEYS = Set.of(
            "name",
            "role",
            "affiliation",
            "address",
            "telephone_number",
            "fax_number",
            "email",
            "facility_user_id",
            "ORCID");

    /** Names in the groups of an entry that are made by the daemon itself. */
    private static final Set<String> INSTRUMENT_NAMES = Set.of(
            "name",
            "positioners",
            "positioners_start",
            "positioners_dial_start",
            "positioners_end",
            "positioners_dial_end");

    private static final Set<String> ENTRY_NAMES = Set.of(
            "title",
            "start_time",
            "end_time",
            "end_reason",
            "writer",
            "scan_parameters",
            "instrument",
            "measurement",
            "sample",
            "user",
            "technique",
            "notes",
            "plotselect",
            "recovery",
            "selection",
            "program_name",
            "experiment_identifier",
            "collection_identifier",
            "definition");

    private static final Set<String> DETECTOR_NAMES =
            Set.of(Channel.DATA, "missing", "integrity", "plot", "frame_start_number", "local_name");

    private final Problems problems;
    private final NodeReader nodes;
    private final JsonObject root;

    private MetadataReader(JsonNode json, Problems problems) {
        this.problems = problems;
        this.nodes = new NodeReader(problems);
        this.root = JsonObject.of(json, "", problems, KEYS);
    }

    static ScanMetadata read(JsonNode json) {
        Problems problems = new Problems();
        String said = json.toString();
        int bytes = said.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Limits.JSON_BYTES) {
            problems.add("", "at most " + Limits.JSON_BYTES + " bytes of JSON", bytes + " bytes");
            problems.throwIfAny();
        }
        ScanMetadata metadata = new MetadataReader(json, problems).read(said);
        problems.throwIfAny();
        return metadata;
    }

    private ScanMetadata read(String said) {
        ScanMetadata metadata = new ScanMetadata(
                root.text("title"),
                root.text("scan_type"),
                root.text("command"),
                fields("scan_parameters", Set.of("scan_type", "command")),
                root.named("positioners", (node, at) -> Positioner.read(Positioner.object(node, at, problems))),
                root.named("detectors", (node, at) -> nodes.fields(node, at, DETECTOR_NAMES)),
                channels(),
                fields("instrument", INSTRUMENT_NAMES),
                fields("sample", Set.of()),
                root.elements("users", "a list of users", this::user),
                fields("technique", Set.of()),
                root.elements("notes", "a list of notes", (node, at) -> Note.read(node, at, problems)),
                root.named("groups", (node, at) -> nodes.fields(node, at, Set.of())),
                root.elements("plots", "a list of plots", (node, at) -> Plot.read(node, at, problems)),
                Grid.read(root.get("grid"), root.pointer("grid"), problems),
                recipes(),
                root.named("processes", (node, at) -> ProcessStep.read(node, at, problems)),
                said);
        requireDistinctStreams(metadata);
        requireDistinctDevices(metadata);
        requireDistinctGroups(metadata);
        requireKnownAxes(metadata);
        return metadata;
    }

    private Fields fields(String key, Set<String> taken) {
        return nodes.fields(root.get(key), root.pointer(key), taken);
    }

    /** Streams are called by the names that detectors give them, which are not normalised. */
    private Map<String, Channel> channels() {
        Map<String, Channel> channels = new LinkedHashMap<>();
        JsonNode object = root.get("channels");
        if (object != null && !object.isObject()) {
            problems.add(root.pointer("channels"), "an object", object);
        } else if (object != null) {
            object.propertyStream().forEach(property -> {
                String at = JsonObject.below(root.pointer("channels"), property.getKey());
                if (JsonObject.name(property.getKey(), at, problems) != null) {
                    channels.put(property.getKey(), Channel.read(property.getKey(), property.getValue(), at, problems));
                }
            });
        }
        return channels;
    }

    private Fields user(JsonNode node, String at) {
        JsonObject.of(node, at, problems, USER_KEYS);
        Fields user = nodes.fields(node, at, Set.of());
        if (user.value("name") == null) {
            problems.add(JsonObject.below(at, "name"), "a text", "missing");
        }
        return user;
    }

    private List<Recipe> recipes() {
        Map<String, Recipe> recipes = root.named(
                "application_definitions",
                (node, at) -> Recipe.read(at.substring(at.lastIndexOf('/') + 1), node, at, problems));
        return List.copyOf(recipes.values());
    }

    /** A stream is a positioner's or a detector's, and each dataset is of one stream. */
    private void requireDistinctStreams(ScanMetadata metadata) {
        Set<String> streams = new HashSet<>();
        metadata.positioners().forEach((name, positioner) -> {
            String stream = positioner.stream();
            String at = JsonObject.below(root.pointer("positioners"), name) + "/stream";
            if (stream != null && !streams.add(stream)) {
                problems.add(at, "a stream of its own", "\"" + stream + "\", another positioner's too");
            }
            if (stream != null && metadata.channels().containsKey(stream)) {
                problems.add(at, "a stream that is not in channels", "\"" + stream + "\"");
            }
        });
        Map<String, String> datasets = new HashMap<>();
        Map<String, String> measurements = new HashMap<>();
        metadata.channels().forEach((stream, channel) -> {
            String at = JsonObject.below(root.pointer("channels"), stream);
            requireFirst(datasets, channel.device() + "/" + channel.name(), stream, at);
            requireFirst(measurements, channel.measurementName(), stream, at + "/measurement");
            Fields device = metadata.detectors().get(channel.device());
            if (device != null && device.nodes().containsKey(channel.name())) {
                problems.add(at + "/name", "a name that the detector has no field of", "\"" + channel.name() + "\"");
            }
        });
    }

    private void requireFirst(Map<String, String> taken, String name, String stream, String at) {
        String before = taken.putIfAbsent(name, stream);
        if (before != null) {
            problems.add(at, "a place of its own in the file", "\"" + name + "\", which stream " + before + " has too");
        }
    }

    private void requireDistinctDevices(ScanMetadata metadata) {
        metadata.positioners().forEach((name, positioner) -> {
            boolean isTaken = INSTRUMENT_NAMES.contains(name)
                    || metadata.detectors().containsKey(name)
                    || metadata.instrument().nodes().containsKey(name);
            if (positioner.isMoving() && isTaken) {
                problems.add(
                        JsonObject.below(root.pointer("positioners"), name),
                        "a name that nothing else in the instrument has",
                        "\"" + name + "\"");
            }
        });
        metadata.detectors().keySet().forEach(name -> {
            if (INSTRUMENT_NAMES.contains(name) || metadata.instrument().nodes().containsKey(name)) {
                problems.add(
                        JsonObject.below(root.pointer("detectors"), name),
                        "a name that nothing else in the instrument has",
                        "\"" + name + "\"");
            }
        });
    }

    private void requireDistinctGroups(ScanMetadata metadata) {
        Set<String> taken = new HashSet<>(ENTRY_NAMES);
        for (String name : metadata.groups().keySet()) {
            requireNew(taken, name, JsonObject.below(root.pointer("groups"), name));
        }
        for (int i = 0; i < metadata.plots().size(); i++) {
            requireNew(taken, metadata.plots().get(i).name(), root.pointer("plots") + "/" + i + "/name");
        }
        for (Recipe recipe : metadata.recipes()) {
            requireNew(
                    taken,
                    recipe.groupName(),
                    JsonObject.below(root.pointer("application_definitions"), recipe.definition()));
        }
        for (String name : metadata.processes().keySet()) {
            requireNew(taken, name, JsonObject.below(root.pointer("processes"), name));
        }
    }

    private void requireNew(Set<String> taken, String name, String at) {
        if (!taken.add(name)) {
            problems.add(at, "a name that nothing else in the entry has", "\"" + name + "\"");
        }
    }

    private void requireKnownAxes(ScanMetadata metadata) {
        Grid grid = metadata.grid();
        for (String axis : grid == null ? List.<String>of() : grid.axes()) {
            @Nullable Positioner positioner = metadata.positioners().get(axis);
            if (positioner == null || !positioner.isMoving()) {
                problems.add(root.pointer("grid") + "/axes", "positioners with a stream or values", "\"" + axis + "\"");
            }
        }
        for (int i = 0; i < metadata.plots().size(); i++) {
            if (metadata.plots().get(i).isGrid() && grid == null) {
                problems.add(root.pointer("plots") + "/" + i + "/grid", "a grid in the description", "none");
            }
        }
    }
}
