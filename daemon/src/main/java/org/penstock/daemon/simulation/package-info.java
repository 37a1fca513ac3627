/**
 * Detectors that are not there, for the demonstration: made-up data that looks like a beamline's, so that readers have something to show.
 *
 * <p>{@link org.penstock.daemon.simulation.SimulatedBeamline} makes five of them, each a
 * {@link org.penstock.daemon.simulation.SimulatedDetector} with a few frames made beforehand, which are sent again and again: making them
 * costs about a second, sending them no more than any frame.
 *
 * <p>The same seed makes the same frames everywhere. Knows nothing of the daemon but what a {@link org.penstock.daemon.source.FrameSource} is.
 */
@NullMarked
package org.penstock.daemon.simulation;

import org.jspecify.annotations.NullMarked;
