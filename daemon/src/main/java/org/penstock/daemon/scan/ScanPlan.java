package org.penstock.daemon.scan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.NexusNames;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

/**
 * What was said of a scan that was created before its streams, besides its identity and its metadata; the scan's journal keeps it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param key by which whoever created it knows it again, or null
 * @param digest of the request that created it, so that the key is not used for another
 * @param detectors that are expected, no others; empty when any may come
 * @param isOpenEnded whether only an order ends it, or that nobody comes for the idle time
 * @param idleSeconds after which it ends when no stream is open, or null for {@code scan.idle_timeout}
 * @param isCreated whether anybody said so, were it nothing but how many streams there are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScanPlan(
        @Nullable String key,
        @Nullable String digest,
        List<Detector> detectors,
        boolean isOpenEnded,
        @Nullable Double idleSeconds,
        boolean isCreated) {
    /** Of a scan that its first stream opens. */
    public static final ScanPlan NONE = new ScanPlan(null, null, List.of(), false, null, false);

    public ScanPlan {
        detectors = List.copyOf(detectors);
    }

    /** Of a scan that is created. */
    public ScanPlan(
            @Nullable String key,
            @Nullable String digest,
            List<Detector> detectors,
            boolean isOpenEnded,
            @Nullable Double idleSeconds) {
        this(key, digest, detectors, isOpenEnded, idleSeconds, true);
    }

    /** Returns the plan of a scan that was created: an older journal does not say so. */
    ScanPlan created() {
        return new ScanPlan(key, digest, detectors, isOpenEnded, idleSeconds);
    }

    /**
     * A detector that is expected.
     *
     * @param frames how many it will send, or null when that is not known
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Detector(String name, @Nullable Long frames) {
        @JsonIgnore
        String group() {
            return NexusNames.normalise(name);
        }
    }

    /** Returns after how long without a stream it ends, when it says so. */
    long idleNs(long otherwiseNs) {
        return idleSeconds == null ? otherwiseNs : (long) (idleSeconds * 1e9);
    }

    /** Returns how many frames a detector is expected to send, null when nobody has said. */
    public @Nullable Long framesOf(String detector) {
        return find(detector).map(Detector::frames).orElse(null);
    }

    /**
     * Refuses a detector that is not expected.
     *
     * @throws ProtocolException naming those that are
     */
    void expect(String detector, String entry) {
        if (!detectors.isEmpty() && find(detector).isEmpty()) {
            throw new ProtocolException(
                    ErrorCode.UNKNOWN_DETECTOR,
                    "scan does not expect this detector: key=detector, expected=one of "
                            + detectors.stream().map(Detector::name).collect(Collectors.joining(" ")) + ", actual="
                            + detector + ", scan=" + entry);
        }
    }

    private Optional<Detector> find(String name) {
        return detectors.stream()
                .filter(detector -> detector.group().equals(NexusNames.normalise(name)))
                .findFirst();
    }
}
