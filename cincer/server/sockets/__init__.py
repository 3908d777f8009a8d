"""Socket.IO: `packets` reads what comes, `inbound` answers every numbered event, `pushes` sends
what happened, `hub` puts them onto Flask-SocketIO and runs the one thread beside them."""
