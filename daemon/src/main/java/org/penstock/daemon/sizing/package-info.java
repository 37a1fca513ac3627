/**
 * How large a node must be: {@link org.penstock.daemon.sizing.DetectorLoad} is what a detector brings, {@link org.penstock.daemon.sizing.MemoryPlan} the memory for its frames,
 * by the rule by which the daemon gives it ({@link org.penstock.daemon.ring.BufferShare}), {@link org.penstock.daemon.sizing.NodeSize} the rest. Who asks brings measured rates.
 */
@NullMarked
package org.penstock.daemon.sizing;

import org.jspecify.annotations.NullMarked;
