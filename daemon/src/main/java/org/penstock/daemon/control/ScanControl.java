package org.penstock.daemon.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.Status;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.penstock.daemon.description.MetadataException;
import org.penstock.daemon.description.NexusNames;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.http.HttpProblem;
import org.penstock.daemon.scan.NotedDescription;
import org.penstock.daemon.scan.Scan;
import org.penstock.daemon.scan.ScanOrder;
import org.penstock.daemon.scan.ScanPlan;
import org.penstock.daemon.scan.ScanRegistry;

/**
 * What can be done with scans. Every call hands a task to hdf5-writer and waits for it.
 *
 * <p><b>Threading:</b> any thread that may wait, but for {@link #tick}, which is confined to hdf5-writer.
 */
public final class ScanControl {
    /** How long a stopped scan waits for what its detectors have sent. */
    private static final long DRAIN_NS = 2_000_000_000L;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Services services;

    /** In turn: a client that describes twice, without waiting for an answer, has its second word last. */
    private final ReentrantLock describing = new ReentrantLock(true);

    /**
     * What it works on.
     *
     * @param writer takes tasks for hdf5-writer
     */
    public record Services(
            Consumer<Runnable> writer, ScanRegistry registry, ScanHistory history, StreamEnder streams) {}

    /** A scan that was created, or was there already. */
    record Created(ScanStatus scan, boolean isNew) {}

    public ScanControl(Services services) {
        this.services = services;
    }

    /** Sees to it that the streams of scans that are to end do end: one may have been opened meanwhile. */
    public void tick() {
        for (Scan scan : services.history().open()) {
            ScanOrder order = scan.life().order();
            if (order != null && !scan.hasEnded()) {
                endStreams(scan.id(), order);
            }
        }
    }

    private void endStreams(String scan, ScanOrder order) {
        if (order.isAbort()) {
            services.streams().abort(scan, order.reason());
        } else {
            services.streams().stop(scan, order.reason(), DRAIN_NS);
        }
    }

    /**
     * Creates a scan, or returns the one that the same request has created.
     *
     * @throws HttpProblem when it is refused
     */
    Created create(CreateRequest request) {
        NotedDescription noted = NotedDescription.of(request.metadata());
        return onWriter(() -> {
            ScanPlan plan = request.plan();
            ScanStatus known = plan.key() == null ? null : services.history().ofKey(plan.key());
            if (known != null) {
                requireSame(plan, known);
                return new Created(known, false);
            }
            requireFree(plan);
            String directory = request.directory();
            Scan scan = directory == null
                    ? services.registry().create(request.scan(), plan, noted)
                    : services.registry().createWithoutMaster(request.scan(), directory, plan, noted);
            return new Created(status(scan.id()), true);
        });
    }

    private void requireSame(ScanPlan plan, ScanStatus known) {
        if (!Objects.equals(services.history().planOf(known.id()).digest(), plan.digest())) {
            throw new HttpProblem(
                    Status.CONFLICT_409,
                    "key_reused",
                    "key belongs to another request: key=" + plan.key() + ", scan=" + known.id(),
                    List.of(new HttpProblem.Field("/key", "expected=a new key, or the request that it came with")));
        }
    }

    /** A detector is in one scan at a time. */
    private void requireFree(ScanPlan plan) {
        for (int i = 0; i < plan.detectors().size(); i++) {
            String name = plan.detectors().get(i).name();
            for (Scan other : services.history().open()) {
                if (isBusyWith(other, name)) {
                    throw new HttpProblem(
                            Status.CONFLICT_409,
                            "detector_busy",
                            "detector is in another scan: detector=" + name + ", scan=" + other.id() + ", state="
                                    + other.life().state() + "; stop or abort that first",
                            List.of(new HttpProblem.Field("/detectors/" + i + "/name", "in scan " + other.id())));
                }
            }
        }
    }

    private static boolean isBusyWith(Scan scan, String detector) {
        if (scan.hasEnded()) {
            return false;
        }
        String group = NexusNames.normalise(detector);
        boolean isAwaited = scan.absent().stream()
                .anyMatch(name -> NexusNames.normalise(name).equals(group));
        boolean isStreaming = scan.joined().stream()
                .anyMatch(joined -> joined.end() == null
                        && NexusNames.normalise(joined.record().detector()).equals(group));
        return isAwaited || isStreaming;
    }

    List<ScanStatus> all() {
        return onWriter(() -> services.history().all());
    }

    ScanStatus get(String id) {
        return onWriter(() -> status(id));
    }

    ScanStatus arm(String id, String reason) {
        return onWriter(() -> {
            open(id).life().arm(reason);
            return status(id);
        });
    }

    ScanStatus start(String id, String reason) {
        return onWriter(() -> {
            open(id).life().start(reason);
            return status(id);
        });
    }

    /** Orders a scan to end and waits until it is closed, at most so long; what has ended is left as it is. */
    ScanStatus end(String id, ScanOrder order, Duration most) {
        long place = events().newest();
        ScanStatus ordered = onWriter(() -> {
            status(id);
            Scan scan = services.registry().scan(id);
            if (scan != null && !scan.hasEnded()) {
                scan.end(order);
                endStreams(id, order);
            }
            return status(id);
        });
        return ordered.isClosed() ? ordered : awaitClosed(id, place, most);
    }

    private ScanStatus awaitClosed(String id, long from, Duration most) {
        long endNs = System.nanoTime() + most.toNanos();
        long place = from;
        try {
            for (long leftNs = most.toNanos(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
                EventLog.Event event = events().await(place, leftNs);
                if (event == null || event.sequence() != place + 1) {
                    break; // nothing came, or so much that its end may be among what is not kept
                }
                if (event.scan().id().equals(id) && event.scan().isClosed()) {
                    return event.scan();
                }
                place = event.sequence();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return get(id);
    }

    ScanMetadata metadata(String id) {
        return onWriter(() -> open(id).metadata());
    }

    /**
     * Merges what has become known into the description of a scan. The work of it is done here, while hdf5-writer writes frames; it gets what came of it, if
     * what it was made of is still what is known. One at a time, in the order in which they came: a long one takes a tenth of a second and much memory.
     */
    ScanMetadata describe(String id, JsonNode patch) {
        awaitTurn();
        try {
            while (true) {
                ScanMetadata before = metadata(id);
                ScanMetadata merged = before.merge(patch);
                NotedDescription noted = NotedDescription.of(merged);
                if (onWriter(() -> open(id).describe(before, noted))) {
                    return merged;
                }
            }
        } catch (MetadataException e) {
            throw Problems.of(e);
        } finally {
            describing.unlock();
        }
    }

    private void awaitTurn() {
        try {
            if (!describing.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy(
                        "other descriptions came before this one and are not done in " + PATIENCE.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy("the daemon stops");
        }
    }

    /** Returns what is told of a scan from now on. */
    EventStream events(String id) {
        return onWriter(() -> new EventStream(
                events(),
                events().newest(),
                new EventStream.Watched(status(id), services.history().closedBy(id))));
    }

    EventLog events() {
        return services.history().events();
    }

    private ScanStatus status(String id) {
        ScanStatus status = services.history().of(id);
        if (status == null) {
            throw new HttpProblem(
                    Status.NOT_FOUND_404, "unknown_scan", "no such scan, or it ended long ago: scan=" + id);
        }
        return status;
    }

    private Scan open(String id) {
        ScanStatus status = status(id);
        Scan scan = services.registry().scan(id);
        if (scan == null || scan.hasEnded()) {
            throw new HttpProblem(
                    Status.CONFLICT_409,
                    "scan_ended",
                    "scan has ended: scan=" + id + ", state=" + status.state() + ", reason=" + status.reason());
        }
        return scan;
    }

    private <T> T onWriter(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        services.writer().accept(() -> run(task, result));
        try {
            return result.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw busy("hdf5-writer did not come to it in " + PATIENCE.toSeconds()
                    + " s, it waits for a disk; it may still be done: ask for the state of the scan");
        } catch (ExecutionException e) {
            throw Problems.of(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy("the daemon stops");
        }
    }

    private static <T> void run(Supplier<T> task, CompletableFuture<T> result) {
        try {
            result.complete(task.get());
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private static HttpProblem busy(String detail) {
        return new HttpProblem(Status.SERVICE_UNAVAILABLE_503, "busy", detail);
    }
}
