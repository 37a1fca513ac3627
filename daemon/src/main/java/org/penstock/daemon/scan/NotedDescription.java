package org.penstock.daemon.scan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.protocol.JsonBody;

/**
 * A description, and the event by which the scan's journal notes it: made where the request is answered, so that hdf5-writer has bytes to append and nothing
 * else to do.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class NotedDescription {
    /** Nothing is known, and nothing noted. */
    static final NotedDescription NONE = of(ScanMetadata.EMPTY);

    private final ScanMetadata metadata;
    private final byte[] event;

    private NotedDescription(ScanMetadata metadata, byte[] event) {
        this.metadata = metadata;
        this.event = event;
    }

    /** Makes the event. */
    public static NotedDescription of(ScanMetadata metadata) {
        ScanEvent event = ScanEvent.described(JsonNodeFactory.instance.rawValueNode(new RawValue(metadata.said())));
        return new NotedDescription(metadata, JsonBody.text(event).getBytes(StandardCharsets.UTF_8));
    }

    ScanMetadata metadata() {
        return metadata;
    }

    /** Returns the event in JSON; not to be changed. */
    byte[] event() {
        return event;
    }
}
