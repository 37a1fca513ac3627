package org.penstock.daemon.nexus;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.description.Value;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.daemon.nexus.template.Variable;

/**
 * All that one master shows, and what came of writing it.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 */
final class MasterContent implements AutoCloseable {
    private final ScanDescription scan;
    private final ScanTemplate template;
    private final Columns columns;
    private final Plots plots;
    private final IdentityHashMap<DetectorData, Boolean> embeddings = new IdentityHashMap<>();
    private final Set<String> embedded = new HashSet<>();
    private final List<StorageException> problems = new ArrayList<>();

    MasterContent(ScanDescription scan, ScanTemplate template, List<DetectorState> streams, Path master) {
        this.scan = scan;
        this.template = template;
        this.columns = new Columns(template, "/" + entryName(), scan.metadata(), streams, master);
        this.plots = new Plots(scan.metadata(), columns);
    }

    String entryName() {
        return template.entryName(scan.identity().number());
    }

    ScanDescription scan() {
        return scan;
    }

    ScanMetadata metadata() {
        return scan.metadata();
    }

    Columns columns() {
        return columns;
    }

    Plots plots() {
        return plots;
    }

    Set<String> embedded() {
        return embedded;
    }

    List<StorageException> problems() {
        return problems;
    }

    /** Decides whether a stream's data is copied in, and notes it, and what of it cannot be read. */
    boolean embeds(DetectorData data) {
        return scan.progress().isEnded() && embeddings.computeIfAbsent(data, this::decide);
    }

    private boolean decide(DetectorData data) {
        problems.addAll(data.unreadableParts());
        if (data.isEmbeddable()) {
            embedded.add(data.state().description().name());
        }
        return data.isEmbeddable();
    }

    /** Returns what a variable of the template is; null when that is not known. */
    @Nullable Object value(Variable variable) {
        ScanIdentity identity = scan.identity();
        ScanProgress progress = scan.progress();
        return switch (variable) {
            case NUMBER -> identity.number();
            case ENTRY -> entryName();
            case TITLE -> metadata().title() == null ? scan.title() : metadata().title();
            case START_TIME -> NexusTree.time(scan.startTime());
            case START_EPOCH -> scan.startTime().toInstant().toEpochMilli() / 1e3;
            case END_TIME -> progress.endTime() == null ? null : NexusTree.time(progress.endTime());
            case END_REASON -> progress.endReason();
            case STATUS -> progress.status().name();
            case STATUS_TIME -> NexusTree.time(progress.since());
            case PROPOSAL -> identity.proposal();
            case BEAMLINE -> identity.beamline();
            case SESSION -> identity.session();
            case SAMPLE -> sample();
            case DATASET -> identity.dataset();
            case DATASET_NAME -> identity.datasetName();
            case INSTRUMENT -> scan.instrumentName();
            case SCAN_TYPE -> metadata().scanType();
            case COMMAND -> metadata().command();
            case PROGRAM -> NexusTree.CREATOR;
            case PROGRAM_VERSION -> NexusTree.creatorVersion();
            case DESCRIPTION -> metadata().text();
            case DEFAULT_PLOT -> plots.defaultName();
        };
    }

    private Object sample() {
        Value name = metadata().sample().value("name");
        return name == null ? scan.identity().sample() : name.value();
    }

    @Override
    public void close() {
        for (Column column : columns.all()) {
            if (column.data() != null) {
                column.data().close();
            }
        }
    }
}
