//! Workgroups: settings, history and permissions of those who ask together.

mod create_work_group;
mod delete_work_group;
mod get_work_group;
mod list_engine_versions;
mod list_work_groups;
mod settings;
mod update_work_group;
