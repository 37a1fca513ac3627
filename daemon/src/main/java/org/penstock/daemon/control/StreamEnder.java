package org.penstock.daemon.control;

/** Ends the open streams of a scan; any thread, and it does not wait. Asked again and again until they have ended. */
public interface StreamEnder {
    /** Ends them with what has come, as soon as nothing more comes, at the latest after {@code mostNs}. */
    void stop(String scan, String reason, long mostNs);

    /** Breaks them off. */
    void abort(String scan, String reason);
}
